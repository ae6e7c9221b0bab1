// Writes signed_by_sdk.json: messages signed by the official JavaScript SDK (and, where it has no signer, by the wallet
// libraries themselves) with throw-away keys. None of our own code takes part. See README.md.
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
import { secp256k1 } from '@noble/curves/secp256k1'
import { ripemd160 } from '@noble/hashes/ripemd160'
import { sha256 } from '@noble/hashes/sha256'
import { base58 } from '@scure/base'
import { Keyring } from '@polkadot/keyring'
import { cryptoWaitReady } from '@polkadot/util-crypto'
import { Keypair } from '@solana/web3.js'
import { InMemorySigner } from '@taquito/signer'
import { b58cencode, prefix } from '@taquito/utils'

const TIME = 1700000000.125   // seconds; fixed, so that only signatures with random nonces differ between two runs
const key = (name) => createHash('sha256').update(`throw-away key of ${name}`).digest()
const hex = (bytes) => Buffer.from(bytes).toString('hex')

const entries = []
let count = 0

// sign(message) gets what the SDK calls a SignableMessage and answers the signature text.
async function add(id, madeBy, chain, sender, sign, { type = 'POST', code } = {}) {
  const time = TIME + count++
  const content = type === 'AGGREGATE'
    ? { address: sender, time, key: 'profile', content: { name: `vector ${count}`, note: 'schön ☂' } }
    : { address: sender, time, type: 'vector', content: { body: `signed by ${madeBy}` } }
  const item_content = JSON.stringify(content)
  const item_hash = createHash('sha256').update(item_content).digest('hex')
  const buffer = [chain, sender, type, item_hash].join('\n')
  const signature = await sign({ chain, sender, type, item_hash, time, getVerificationBuffer: () => Buffer.from(buffer) })
  const expect = { item_type: 'inline', verification_buffer: buffer, item_hash_matches_item_content: true, signature_valid: true }
  if (code !== undefined) expect.rejected_with_error_code = code
  entries.push({
    id, made_by: madeBy,
    message: { chain, sender, type, channel: 'VECTORS', time, item_type: 'inline', item_content, item_hash, signature },
    expect,
  })
}

// Every EVM code; the SDK itself always publishes as ETH. AURORA and STT are known, but have no verifier.
const evm = ['ETH', 'ARB', 'BASE', 'BLAST', 'BOB', 'BSC', 'CYBER', 'ETHERLINK', 'FRAX', 'HYPE', 'INK', 'LENS', 'LINEA', 'LISK',
  'METIS', 'MODE', 'NEO', 'OP', 'POL', 'SONIC', 'UNICHAIN', 'WLD', 'ZORA']
for (const chain of evm) {
  const account = ethereum.importAccountFromPrivateKey('0x' + hex(key(chain)))
  await add(`evm-${chain}`, '@aleph-sdk/ethereum', chain, account.address, (m) => account.sign(m), { type: chain === 'OP' ? 'AGGREGATE' : 'POST' })
}
for (const chain of ['AURORA', 'STT']) {
  const account = ethereum.importAccountFromPrivateKey('0x' + hex(key(chain)))
  await add(`evm-${chain}`, '@aleph-sdk/ethereum', chain, account.address, (m) => account.sign(m), { code: 0 })
}

for (const chain of ['SOL', 'ES']) {
  const account = solana.importAccountFromPrivateKey(Keypair.fromSeed(key(chain)).secretKey)
  await add(`solana-${chain}`, '@aleph-sdk/solana', chain, account.address, (m) => account.sign(m))
}

// The SDK's own import leaves the network part of the address empty (its AvalancheCore is made without a network), so the key
// pair is made by the avalanche package.
const pair = new avm.KeyChain('avax', 'X').makeKey()
pair.importKey(avalancheJs.Buffer.from(key('AVAX')))
const x = new avalanche.AvalancheAccount(pair, pair.getAddressString(), pair.getPublicKey().toString('hex'))
await add('avax-X', '@aleph-sdk/avalanche', 'AVAX', x.address, (m) => x.sign(m))
await add('avax-P', '@aleph-sdk/avalanche', 'AVAX', x.address.replace('X-', 'P-'), (m) => x.sign(m), { type: 'AGGREGATE' })

// The SDK reads the time as milliseconds although envelopes carry seconds; given milliseconds it signs what the network verifies.
const kinds = { tz1: prefix.edsk2, tz2: prefix.spsk, tz3: prefix.p2sk }
for (const [name, secretPrefix] of Object.entries(kinds)) {
  const secret = b58cencode(key(name), secretPrefix)
  const signer = new InMemorySigner(secret)
  const sender = await signer.publicKeyHash()
  await add(`tezos-${name}-raw`, '@taquito/signer', 'TEZOS', sender, async (m) => JSON.stringify({
    publicKey: await signer.publicKey(), signature: (await signer.sign(hex(m.getVerificationBuffer()))).prefixSig,
  }))
  await add(`tezos-${name}-raw-generic-prefix`, '@taquito/signer', 'TEZOS', sender, async (m) => JSON.stringify({
    publicKey: await signer.publicKey(), signature: (await signer.sign(hex(m.getVerificationBuffer()))).sig, signingType: 'raw',
  }))
  const account = await tezos.importAccountFromPrivateKey(secret)
  await add(`tezos-${name}-micheline`, '@aleph-sdk/tezos', 'TEZOS', sender, (m) => account.sign({ ...m, time: m.time * 1000 }))
}

await cryptoWaitReady()
for (const [name, ss58Format] of [['substrate', 42], ['polkadot', 0], ['kusama', 2], ['two-byte-prefix', 252]]) {
  const pair = new Keyring({ type: 'sr25519', ss58Format }).addFromSeed(key(name))
  const text = (bytes) => JSON.stringify({ curve: 'sr25519', data: '0x' + hex(bytes) })
  await add(`dot-${name}`, '@polkadot/keyring', 'DOT', pair.address, (m) => text(pair.sign(m.getVerificationBuffer())))
  await add(`dot-${name}-wrapped`, '@polkadot/keyring', 'DOT', pair.address, (m) => text(pair.sign(`<Bytes>${m.getVerificationBuffer()}</Bytes>`)))
}

for (const hrp of ['cosmos', 'osmo']) {
  const account = await cosmos.importAccountFromPrivateKey(key(hrp), hrp)
  await add(`csdk-${hrp}`, '@aleph-sdk/cosmos', 'CSDK', account.address, (m) => account.sign(m))
}

for (const [name, chain_id, address_prefix] of [['main', 1, 'NULS'], ['test', 2, 'tNULS']]) {
  const account = await nuls2.importAccountFromPrivateKey(hex(key(`NULS2 ${name}`)), { chain_id, prefix: address_prefix })
  await add(`nuls2-${name}`, '@aleph-sdk/nuls2', 'NULS2', account.address, (m) => account.sign(m))
}

// Legacy NULS has no SDK any more: its format by hand (messages.md 2.9), the curve by @noble/curves. The second entry is signed
// over the bytes as Python prints them, which is what the reference of today verifies.
const printed = (bytes) => "b'" + [...bytes].map((b) => b === 10 ? '\\n' : b >= 32 && b < 127 ? String.fromCharCode(b) : '\\x' + hex([b])).join('') + "'"
for (const form of ['raw', 'printed']) {
  const secret = key('NULS')
  const publicKey = secp256k1.getPublicKey(secret, true)
  const body = Buffer.concat([Buffer.from([0x04, 0x23, 0x01]), ripemd160(sha256(publicKey))])   // chain id 8964
  const sender = base58.encode(Buffer.concat([body, Buffer.from([body.reduce((a, b) => a ^ b, 0)])]))
  await add(`nuls-${form}`, '@noble/curves', 'NULS', sender, (m) => {
    const framed = Buffer.concat([Buffer.from([m.getVerificationBuffer().length]), m.getVerificationBuffer()])
    const text = Buffer.concat([Buffer.from('\x18NULS Signed Message:\n'), form === 'raw' ? framed : Buffer.from(printed(framed))])
    const der = secp256k1.sign(sha256(text), secret).toDERRawBytes()
    return hex(Buffer.concat([Buffer.from([publicKey.length]), publicKey, Buffer.from([0, der.length]), der]))
  })
  entries.at(-1).nuls_form = form
}

writeFileSync(new URL('signed_by_sdk.json', import.meta.url), '[\n' + entries.map((e) => ' ' + JSON.stringify(e)).join(',\n') + '\n]\n')
console.log(`${entries.length} messages`)
process.exit(0)   // some of the libraries keep connections open
