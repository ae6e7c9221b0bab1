// Writes envelopes.jsonl for scenarios/replay: a small life of a network (posts and amends, profiles, files, things
// forgotten) signed by the official JavaScript SDK and wallet libraries with throw-away keys. None of our own code takes
// part. Run like make-signatures.mjs; the second argument names the file to write.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'

import * as ethereum from '@aleph-sdk/ethereum'
import * as solana from '@aleph-sdk/solana'
import * as avalanche from '@aleph-sdk/avalanche'
import * as cosmos from '@aleph-sdk/cosmos'
import * as nuls2 from '@aleph-sdk/nuls2'
import * as tezos from '@aleph-sdk/tezos'
import avalancheJs from 'avalanche'
import avm from 'avalanche/dist/apis/avm/index.js'
import { Keyring } from '@polkadot/keyring'
import { cryptoWaitReady } from '@polkadot/util-crypto'
import { Keypair } from '@solana/web3.js'
import { b58cencode, prefix } from '@taquito/utils'

const ROUNDS = 40
const key = (name) => createHash('sha256').update(`throw-away key of ${name}`).digest()
const hex = (bytes) => Buffer.from(bytes).toString('hex')
const sha256 = (text) => createHash('sha256').update(text).digest('hex')

const wallets = []
for (const chain of ['ETH', 'BASE', 'ARB', 'OP']) {
  const account = ethereum.importAccountFromPrivateKey('0x' + hex(key(`replay ${chain}`)))
  wallets.push({ chain, address: account.address, sign: (m) => account.sign(m) })
}
for (const chain of ['SOL', 'ES']) {
  const account = solana.importAccountFromPrivateKey(Keypair.fromSeed(key(`replay ${chain}`)).secretKey)
  wallets.push({ chain, address: account.address, sign: (m) => account.sign(m) })
}
const pair = new avm.KeyChain('avax', 'X').makeKey()
pair.importKey(avalancheJs.Buffer.from(key('replay AVAX')))
const x = new avalanche.AvalancheAccount(pair, pair.getAddressString(), pair.getPublicKey().toString('hex'))
wallets.push({ chain: 'AVAX', address: x.address, sign: (m) => x.sign(m) })
for (const [name, secretPrefix] of [['tz1', prefix.edsk2], ['tz2', prefix.spsk]]) {
  const account = await tezos.importAccountFromPrivateKey(b58cencode(key(`replay ${name}`), secretPrefix))
  wallets.push({ chain: 'TEZOS', address: account.address, sign: (m) => account.sign({ ...m, time: m.time * 1000 }) })
}
await cryptoWaitReady()
const dot = new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromSeed(key('replay DOT'))
wallets.push({ chain: 'DOT', address: dot.address,
  sign: (m) => JSON.stringify({ curve: 'sr25519', data: '0x' + hex(dot.sign(m.getVerificationBuffer())) }) })
const csdk = await cosmos.importAccountFromPrivateKey(key('replay CSDK'), 'cosmos')
wallets.push({ chain: 'CSDK', address: csdk.address, sign: (m) => csdk.sign(m) })
const nuls = await nuls2.importAccountFromPrivateKey(hex(key('replay NULS2')), { chain_id: 1, prefix: 'NULS' })
wallets.push({ chain: 'NULS2', address: nuls.address, sign: (m) => nuls.sign(m) })

const lines = []
let time = 1700000000.5
async function publish(wallet, type, fields, file) {
  time += 1
  const item_content = JSON.stringify({ address: wallet.address, time, ...fields })
  const item_hash = sha256(item_content)
  const buffer = [wallet.chain, wallet.address, type, item_hash].join('\n')
  const signature = await wallet.sign({ chain: wallet.chain, sender: wallet.address, type, item_hash, time,
    getVerificationBuffer: () => Buffer.from(buffer) })
  const message = { chain: wallet.chain, sender: wallet.address, type, channel: 'REPLAY', time, item_type: 'inline',
    item_content, item_hash, signature }
  lines.push(JSON.stringify(file === undefined ? message : { message, file }))
  return item_hash
}

for (let round = 0; round < ROUNDS; ++round) {
  const wallet = wallets[round % wallets.length]
  const post = await publish(wallet, 'POST', { type: 'note', content: { title: `note ${round}`, body: 'größer als zuvor ☂ '.repeat(1 + round) } })
  await publish(wallet, 'POST', { type: 'amend', ref: post, content: { title: `note ${round}, corrected` } })
  await publish(wallet, 'AGGREGATE', { key: 'profile', content: { name: `wallet ${round % wallets.length}`, [`visit-${round % 3}`]: round } })
  const text = `file ${round}\n`.repeat(1 + round * 8)
  const file = await publish(wallet, 'STORE', { item_type: 'storage', item_hash: sha256(text), ref: `document-${round % 2}` }, text)
  const second = await publish(wallet, 'POST', { type: 'note', content: { body: `short ${round}` } })
  const target = [post, second, file][round % 3]
  await publish(wallet, 'FORGET', { hashes: [target], reason: 'no longer wanted' })
}

writeFileSync(process.argv[2] ?? new URL('envelopes.jsonl', import.meta.url), lines.join('\n') + '\n')
console.log(`${lines.length} messages of ${wallets.length} wallets`)
process.exit(0)   // some of the libraries keep connections open
