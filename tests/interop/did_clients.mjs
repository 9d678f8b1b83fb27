// Drives the npm clients ethr-did, ethr-did-resolver and did-jwt, unmodified, against a chain.
//
// Its JSON requests, a line of standard input each, and what it answers in a line of standard output:
//   {action: "resolve", did, options}           -> the resolver's result
//   {action: "verify", jwt}                     -> {verified, issuer, signer}
//   {action: "change", privateKey, steps}       -> {did, publicKeyDid}; a step is
//       [method, ...arguments] of EthrDID, sent when the one before is mined
//   {action: "changeSigned", privateKey, relayer, method, arguments}
//       -> {did}: signed by one key, sent by another
// Each with rpcUrl, registry and chainId.

import { verifyJWT } from 'did-jwt'
import { Resolver } from 'did-resolver'
import { SigningKey, Wallet } from 'ethers'
import { EthrDID } from 'ethr-did'
import { getResolver } from 'ethr-did-resolver'

import { connect, FREE, serve } from './node.mjs'

function identity(request, provider, privateKey, txSigner) {
  return new EthrDID({
    identifier: new Wallet(privateKey).address,
    privateKey,
    provider,
    txSigner,
    chainNameOrId: request.chainId,
    registry: request.registry,
  })
}

function resolver({ rpcUrl, chainId, registry }) {
  return new Resolver(getResolver({ networks: [{ chainId, rpcUrl, registry }] }))
}

async function send(did, [method, ...args]) {
  const options = FREE
  switch (method) {
    case 'addDelegate': // delegate, {delegateType, expiresIn}
    case 'revokeDelegate': // delegate, delegateType
      return did[method](args[0], args[1], options)
    case 'setAttribute': // name, value, expiresIn
      return did.setAttribute(args[0], args[1], args[2], FREE.gasLimit, options)
    case 'revokeAttribute': // name, value
      return did.revokeAttribute(args[0], args[1], FREE.gasLimit, options)
    case 'changeOwner': // newOwner
      return did.changeOwner(args[0], options)
    default:
      throw new Error(`unknown method ${method}`)
  }
}

const actions = {
  resolve(request) {
    return resolver(request).resolve(request.did, request.options ?? {})
  },

  async verify(request) {
    const result = await verifyJWT(request.jwt, {
      resolver: resolver(request),
      proofPurpose: 'assertionMethod',
    })
    return { verified: result.verified, issuer: result.issuer, signer: result.signer.id }
  },

  async change(request) {
    const provider = connect(request)
    const did = identity(request, provider, request.privateKey)
    for (const step of request.steps) {
      await send(did, step)
    }
    const publicKey = SigningKey.computePublicKey(request.privateKey, true)
    return {
      did: did.did,
      publicKeyDid: `did:ethr:0x${request.chainId.toString(16)}:${publicKey}`,
    }
  },

  async changeSigned(request) {
    const provider = connect(request)
    const relayer = new Wallet(request.relayer, provider)
    const did = identity(request, provider, request.privateKey, relayer)
    const [first, second, third] = request.arguments
    const hashes = {
      changeOwnerSigned: () => did.createChangeOwnerHash(first),
      addDelegateSigned: () => did.createAddDelegateHash(second.delegateType, first, second.expiresIn),
      setAttributeSigned: () => did.createSetAttributeHash(first, second, third),
      revokeAttributeSigned: () => did.createRevokeAttributeHash(first, second),
      revokeDelegateSigned: () => did.createRevokeDelegateHash(second, first),
    }
    const hash = await hashes[request.method]()
    const { v, r, s } = new SigningKey(request.privateKey).sign(hash)
    const signature = { sigV: v, sigR: r, sigS: s }
    const calls = {
      changeOwnerSigned: () => did.changeOwnerSigned(first, signature, FREE),
      addDelegateSigned: () => did.addDelegateSigned(first, signature, second, FREE),
      setAttributeSigned: () => did.setAttributeSigned(first, second, third, signature, FREE),
      revokeAttributeSigned: () => did.revokeAttributeSigned(first, second, signature, FREE),
      revokeDelegateSigned: () => did.revokeDelegateSigned(first, second, signature, FREE),
    }
    await calls[request.method]()
    return { did: did.did }
  },
}

await serve(actions)
