// Drives the contracts of others that the devnet carries with other people's clients, unmodified:
// ethers, ethers-multicall-provider and EAS's own SDK.
//
// Its JSON requests, a line of standard input each, and what it answers in a line of standard output:
//   {action: "multicall", token, holder}  -> {balance, decimals, asked}: what was read, and which
//       contracts the node was asked to call for it
//   {action: "permit2", permit2, token, owner, spender, receiver, amount}
//       -> {balance, again}: the receiver's, and how the node answers to the same signature again
//   {action: "eas", eas, schemaRegistry, attester, recipient}
//       -> {schema, attestation, member, valid}
//   {action: "forward", forwarder, target, signer, relayer}
//       -> {calls}: how many calls the target counts for the signer
// Keys are private keys. Each request also has rpcUrl and chainId.

import { createRequire } from 'node:module'

import { Contract, ContractFactory, MaxUint256, Wallet, ZeroAddress } from 'ethers'

import { connect, FREE, serve } from './node.mjs'

// Both are CommonJS; the SDK's other form does not load in Node, for it takes lodash for a module.
const require = createRequire(import.meta.url)
const { EAS, SchemaEncoder, SchemaRegistry } = require('@ethereum-attestation-service/eas-sdk')
const { MulticallWrapper } = require('ethers-multicall-provider')

const ERC20 = [
  'function balanceOf(address) view returns (uint256)',
  'function decimals() view returns (uint8)',
  'function approve(address, uint256) returns (bool)',
]
const PERMIT2 = [
  'function permitTransferFrom(((address token, uint256 amount) permitted, uint256 nonce, uint256 deadline) permit, (address to, uint256 requestedAmount) transferDetails, address owner, bytes signature)',
  'error InvalidNonce()',
]
const FORWARDER = [
  'function nonces(address) view returns (uint256)',
  'function execute((address from, address to, uint256 value, uint256 gas, uint48 deadline, bytes data, bytes signature) request) payable',
]

const inAnHour = () => Math.floor(Date.now() / 1000) + 3600

async function mined(transaction) {
  return (await transaction).wait()
}

const actions = {
  async multicall(request) {
    const provider = connect(request)
    const asked = []
    const send = provider.send.bind(provider)
    provider.send = (method, parameters) => {
      if (method === 'eth_call') asked.push(parameters[0].to)
      return send(method, parameters)
    }
    const token = new Contract(request.token, ERC20, MulticallWrapper.wrap(provider))
    const [balance, decimals] = await Promise.all([
      token.balanceOf(request.holder),
      token.decimals(),
    ])
    return { balance, decimals, asked }
  },

  async permit2(request) {
    const provider = connect(request)
    const owner = new Wallet(request.owner, provider)
    const spender = new Wallet(request.spender, provider)
    const token = new Contract(request.token, ERC20, owner)
    const permit2 = new Contract(request.permit2, PERMIT2, spender)
    const domain = {
      name: 'Permit2',
      chainId: request.chainId,
      verifyingContract: request.permit2,
    }
    const types = {
      PermitTransferFrom: [
        { name: 'permitted', type: 'TokenPermissions' },
        { name: 'spender', type: 'address' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
      TokenPermissions: [
        { name: 'token', type: 'address' },
        { name: 'amount', type: 'uint256' },
      ],
    }
    const permit = {
      permitted: { token: request.token, amount: request.amount },
      nonce: 7,
      deadline: inAnHour(),
    }
    const message = { ...permit, spender: spender.address }
    const signature = await owner.signTypedData(domain, types, message)
    const transfer = [
      permit,
      { to: request.receiver, requestedAmount: request.amount },
      owner.address,
      signature,
    ]
    await mined(token.approve(request.permit2, MaxUint256, FREE))
    await mined(permit2.permitTransferFrom(...transfer, FREE))
    const again = await permit2.permitTransferFrom
      .staticCall(...transfer)
      .then(() => 'taken', (error) => error.revert?.name ?? error.message)
    return { balance: await token.balanceOf(request.receiver), again }
  },

  async eas(request) {
    const provider = connect(request)
    const attester = new Wallet(request.attester, provider)
    const registry = new SchemaRegistry(request.schemaRegistry, { signer: attester })
    const eas = new EAS(request.eas, { signer: attester })
    const schema = 'bool member'
    const encoder = new SchemaEncoder(schema)
    const registration = await registry.register({ schema, resolverAddress: ZeroAddress }, FREE)
    const uid = await registration.wait()
    const data = encoder.encodeData([{ name: 'member', value: true, type: 'bool' }])
    const attesting = await eas.attest(
      { schema: uid, data: { recipient: request.recipient, data } },
      FREE,
    )
    const attestation = await attesting.wait()
    const stored = await eas.getAttestation(attestation)
    return {
      schema: (await registry.getSchema({ uid })).schema,
      attester: stored.attester,
      recipient: stored.recipient,
      member: encoder.decodeData(stored.data)[0].value.value,
      valid: await eas.isAttestationValid(attestation),
    }
  },

  async forward(request) {
    const provider = connect(request)
    const signer = new Wallet(request.signer) // knows no node: it only signs
    const relayer = new Wallet(request.relayer, provider)
    const forwarder = new Contract(request.forwarder, FORWARDER, relayer)
    const { abi, bytecode } = request.target
    const factory = new ContractFactory(abi, bytecode, relayer)
    const target = await factory.deploy(request.forwarder, { ...FREE, gasLimit: 2000000 })
    await target.waitForDeployment()
    const domain = {
      name: 'ERC2771Forwarder',
      version: '1',
      chainId: request.chainId,
      verifyingContract: request.forwarder,
    }
    const types = {
      ForwardRequest: [
        { name: 'from', type: 'address' },
        { name: 'to', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'gas', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint48' },
        { name: 'data', type: 'bytes' },
      ],
    }
    const call = {
      from: signer.address,
      to: await target.getAddress(),
      value: 0,
      gas: 100000,
      deadline: inAnHour(),
      data: target.interface.encodeFunctionData('call'),
    }
    const message = { ...call, nonce: await forwarder.nonces(signer.address) }
    const signature = await signer.signTypedData(domain, types, message)
    await mined(forwarder.execute({ ...call, signature }, FREE))
    return {
      signer: await target.calls(signer.address),
      relayer: await target.calls(relayer.address),
    }
  },
}

await serve(actions)
