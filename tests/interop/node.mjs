// What the scripts beside this one share: JSON requests in, JSON answers out, a line each; and the
// provider.

import { createInterface } from 'node:readline'

import { JsonRpcProvider } from 'ethers'

export const FREE = { gasPrice: 0, gasLimit: 400000 } // the devnet's gas costs nothing

export function connect({ rpcUrl, chainId }) {
  const provider = new JsonRpcProvider(rpcUrl, chainId, { staticNetwork: true, cacheTimeout: -1 })
  provider.pollingInterval = 50
  return provider
}

// Answer each line of standard input, a request, by the action that it names; until it ends.
export async function serve(actions) {
  const plain = (_, value) => (typeof value === 'bigint' ? value.toString() : value)
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line)
    let said
    try {
      said = { answer: await actions[request.action](request) }
    } catch (error) {
      said = { error: error.stack }
    }
    process.stdout.write(JSON.stringify(said, plain) + '\n')
  }
  process.exit(0)
}
