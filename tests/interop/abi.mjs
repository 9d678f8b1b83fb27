// Encodes and decodes by the ABI with viem, unmodified.
//
// Its JSON requests, a line of standard input each, and what it answers in a line of standard output:
//   {action: "encode", parameters, values}  -> 0x-hex
//   {action: "decode", parameters, data}    -> values
// Values are lists in the ABI's order, structs too; integers are strings of decimal digits.

import { decodeAbiParameters, encodeAbiParameters } from 'viem'

import { serve } from './node.mjs'

const element = type => type.slice(0, type.lastIndexOf('['))

// JSON as viem takes it: integers as bigint.
function taken(parameter, type, value) {
  if (type.endsWith(']')) return value.map(one => taken(parameter, element(type), one))
  if (type === 'tuple') return parameter.components.map((part, i) => taken(part, part.type, value[i]))
  return /^u?int/.test(type) ? BigInt(value) : value
}

// What viem gives, as JSON: integers of any size as strings.
function given(parameter, type, value) {
  if (type.endsWith(']')) return value.map(one => given(parameter, element(type), one))
  if (type === 'tuple') return parameter.components.map((part, i) => given(part, part.type, value[i]))
  return /^u?int/.test(type) ? String(value) : value
}

const each = (work, parameters, values) => parameters.map((one, i) => work(one, one.type, values[i]))

serve({
  encode: ({ parameters, values }) => encodeAbiParameters(parameters, each(taken, parameters, values)),
  decode: ({ parameters, data }) => each(given, parameters, decodeAbiParameters(parameters, data)),
})
