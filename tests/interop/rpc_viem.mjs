// Uses the sandbox's chain by an address with a key in it, with viem, unmodified.
//
// The same requests and answers as those of rpc_ethers.mjs.

import { createPublicClient, createWalletClient, defineChain, http, webSocket } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

import { serve } from './node.mjs'

async function visit(request, account) {
  const { keyUrl, socketUrl, abi, bytecode } = request
  const chain = defineChain({
    id: request.chainId,
    name: 'sandbox',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [keyUrl], webSocket: [socketUrl] } },
  })
  const socket = createPublicClient({ chain, transport: webSocket(socketUrl), pollingInterval: 50 })
  const client = createWalletClient({ account, chain, transport: http(keyUrl) })
  const mined = async (hash) => socket.waitForTransactionReceipt({ hash })
  const sign = (words) =>
    client.writeContract({ address: contract, abi, functionName: 'sign', args: [words] })

  const { contractAddress: contract } = await mined(await client.deployContract({ abi, bytecode }))
  let tell
  const told = new Promise((resolve) => (tell = resolve))
  const logs = await socket.transport.subscribe({
    params: ['logs', { address: contract }],
    onData: () => {},
    onError: (error) => tell(String(error)),
  })
  const stop = socket.watchContractEvent({
    address: contract,
    abi,
    eventName: 'Signed',
    onLogs: ([log]) => tell(log.args),
    onError: (error) => tell(String(error)),
  })
  const block = new Promise((resolve) => {
    const unwatch = socket.watchBlockNumber({ onBlockNumber: (number) => (unwatch(), resolve(number)) })
  })
  // Over the same socket, behind the subscriptions.
  await socket.getBlockNumber()
  const receipt = await mined(await sign('Moi'))
  const refused = await socket
    .simulateContract({ account, address: contract, abi, functionName: 'sign', args: [''] })
    .then(
      () => 'taken',
      (error) => error.walk((cause) => cause.data?.errorName)?.data.errorName ?? error.message,
    )
  const answer = {
    chainId: await socket.getChainId(),
    account: receipt.from,
    balance: await socket.getBalance({ address: receipt.from }),
    contract,
    status: receipt.status === 'success' ? 1 : 0,
    guests: await socket.readContract({ address: contract, abi, functionName: 'guests' }),
    told: await told,
    block: (await block) > 0n,
    refused,
  }
  stop()
  await logs.unsubscribe()
  const connection = await socket.transport.getRpcClient()
  connection.close()
  return answer
}

await serve({
  own: (request) => visit(request, privateKeyToAccount(request.privateKey)),
  kept: (request) => visit(request, request.account),
})
