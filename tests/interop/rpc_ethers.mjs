// Uses the sandbox's chain by an address with a key in it, with ethers, unmodified.
//
// Its JSON requests, a line of standard input each, and what it answers in a line of standard output:
//   {action: "own" | "kept", keyUrl, socketUrl, abi, bytecode, privateKey?}
//       -> {chainId, account, balance, contract, status, guests, told, refused}: what an account of
//          one's own, or the one that the sandbox keeps for the key, has done and was told

import { Contract, ContractFactory, JsonRpcProvider, Wallet, WebSocketProvider } from 'ethers'

import { serve } from './node.mjs'

async function visit(signer, socket, { abi, bytecode }) {
  const account = await signer.getAddress()
  const guestbook = await new ContractFactory(abi, bytecode, signer).deploy()
  await guestbook.waitForDeployment()
  const contract = await guestbook.getAddress()
  const watched = new Contract(contract, abi, socket)
  let tell
  const told = new Promise((resolve) => (tell = resolve))
  await watched.on('Signed', (guest, number, words) => tell({ guest, number, words }))
  const block = new Promise((resolve) => socket.once('block', resolve))
  const receipt = await (await guestbook.sign('Moi')).wait()
  const refused = await guestbook.sign.staticCall('').then(
    () => 'taken',
    (error) => error.revert?.name ?? error.message,
  )
  return {
    chainId: (await socket.getNetwork()).chainId,
    account,
    balance: await socket.getBalance(account),
    contract,
    status: receipt.status,
    guests: await watched.guests(),
    told: await told,
    block: (await block) > 0,
    refused,
  }
}

async function connected(request, work) {
  // ethers gives the same answer to the same question for a quarter of a second, and with it a
  // nonce twice, where a transaction is mined sooner than that.
  const provider = new JsonRpcProvider(request.keyUrl, undefined, { cacheTimeout: -1 })
  const socket = new WebSocketProvider(request.socketUrl)
  provider.pollingInterval = 50
  try {
    return await work(provider, socket)
  } finally {
    provider.destroy()
    await socket.destroy()
  }
}

await serve({
  own: (request) =>
    connected(request, (provider, socket) =>
      visit(new Wallet(request.privateKey, provider), socket, request),
    ),
  kept: (request) =>
    connected(request, async (provider, socket) => visit(await provider.getSigner(), socket, request)),
})
