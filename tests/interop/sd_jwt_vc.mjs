// Verifies SD-JWT VCs with the npm package @sd-jwt/sd-jwt-vc, unmodified, on Node's own crypto.
//
// Its JSON requests, a line of standard input each, and what it answers in a line of standard output:
//   {action: "verify", text, issuerKey, nonce, types} -> {ok, reason, payload, bound}
//      issuerKey is a JWK; with nonce, the holder's signature is asked for; with types, the type
//      metadata is fetched from the vct.

import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto'

import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'

import { serve } from './node.mjs'

function verifier(jwk) {
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  return (data, signature) =>
    verifySignature(
      'sha256',
      Buffer.from(data),
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    )
}

const actions = {
  async verify({ text, issuerKey, nonce, types }) {
    const instance = new SDJwtVcInstance({
      verifier: verifier(issuerKey),
      // Status lists are signed by the same issuer.
      statusVerifier: verifier(issuerKey),
      kbVerifier: (data, signature, payload) => verifier(payload.cnf.jwk)(data, signature),
      hasher: (data, algorithm) =>
        new Uint8Array(createHash(algorithm.replace('-', '')).update(data).digest()),
      hashAlg: 'sha-256',
      loadTypeMetadataFormat: Boolean(types),
    })
    try {
      const options = nonce ? { keyBindingNonce: nonce } : {}
      const result = await instance.verify(text, options)
      return { ok: true, payload: result.payload, bound: result.kb?.payload ?? null }
    } catch (error) {
      return { ok: false, reason: String(error.message) }
    }
  },
}

serve(actions)
