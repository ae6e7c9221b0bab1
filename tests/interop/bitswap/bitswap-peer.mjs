#!/usr/bin/env node
// A reference Bitswap peer made of public libraries. `serve` imports files and answers wants, with --wrap as one
// directory; `fetch` dials a peer, gets a whole UnixFS file by CID over Bitswap and checks it. --lie: serves other bytes
// under the same names.
if (typeof Promise.withResolvers !== 'function') {
  Promise.withResolvers = function () { let resolve, reject; const promise = new this((a, b) => { resolve = a; reject = b }); return { promise, resolve, reject } }
}
const { createReadStream } = await import('node:fs')
const { writeFile } = await import('node:fs/promises')
const { createHash } = await import('node:crypto')
const { createLibp2p } = await import('libp2p')
const { tcp } = await import('@libp2p/tcp')
const { noise } = await import('@chainsafe/libp2p-noise')
const { yamux } = await import('@chainsafe/libp2p-yamux')
const { identify } = await import('@libp2p/identify')
const { ping } = await import('@libp2p/ping')
const { withBitswap } = await import('@helia/bitswap')
const { MemoryBlockstore } = await import('blockstore-core')
const { importer } = await import('ipfs-unixfs-importer')
const { fixedSize } = await import('ipfs-unixfs-importer/chunker')
const { balanced } = await import('ipfs-unixfs-importer/layout')
const { exporter } = await import('ipfs-unixfs-exporter')
const { CID } = await import('multiformats/cid')
const { sha256 } = await import('multiformats/hashes/sha2')
const { multiaddr } = await import('@multiformats/multiaddr')

const HELP = `usage:
  bitswap-peer.mjs serve [--port N] [--cid-version 0|1] [--wrap yes] [--lie yes] FILE...
  bitswap-peer.mjs fetch --peer MULTIADDR --cid CID [--out FILE] [--timeout-ms N]
JSON lines on stdout. "fetch" exits 0 only when every block arrived and matched
its CID. "serve" runs until its stdin ends or it is told to terminate.`
const emit = (event, f = {}) => process.stdout.write(JSON.stringify({ event, ...f }) + '\n')
const [mode, ...rest] = process.argv.slice(2)
const opt = { _: [] }
for (let i = 0; i < rest.length; i++) { if (rest[i].startsWith('--')) opt[rest[i].slice(2)] = rest[++i]; else opt._.push(rest[i]) }
if (mode !== 'serve' && mode !== 'fetch') { console.log(HELP); process.exit(mode === '--help' ? 0 : 2) }

const node = await createLibp2p({
  addresses: { listen: mode === 'serve' ? [`/ip4/127.0.0.1/tcp/${opt.port ?? 0}`] : [] },
  transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()],
  services: { identify: identify(), ping: ping() }
})
const blockstore = new MemoryBlockstore()
const get = blockstore.get.bind(blockstore)
let lies = 0
if (opt.lie != null) {
  blockstore.get = (cid, options) => {
    const block = Buffer.from(get(cid, options) instanceof Uint8Array ? get(cid, options) : [])
    if (lies++ === 0) emit('lied')
    return Buffer.from(block.map((byte) => byte ^ 1))
  }
}
const routing = { async * findProviders () {}, async provide () {} }
const logger = { forComponent: () => Object.assign(() => {}, { error () {}, trace () {}, enabled: false, newScope () { return this } }) }
// just enough of a Helia node for the Bitswap mixin to attach to
const host = {
  libp2p: node, blockstore, routing, logger, status: 'starting', getHasher: async () => sha256,
  hasBlockBroker: () => false, addMixin (m) { this.mixin = m }, addBlockBroker (b) { this.broker = b }
}
withBitswap(host)
await host.mixin.start(host)
const bitswap = { want: (cid) => host.broker.retrieve(cid), stop: () => host.broker.stop() }

if (mode === 'serve') {
  const version = Number(opt['cid-version'] ?? 0)
  const settings = { cidVersion: version, rawLeaves: version === 1, chunker: fixedSize({ chunkSize: 262144 }), layout: balanced({ maxChildrenPerNode: 174 }) }
  if (opt.wrap != null) {
    let last
    const entries = opt._.map((file) => ({ path: file.split('/').pop(), content: createReadStream(file) }))
    for await (const e of importer(entries, blockstore, { ...settings, wrapWithDirectory: true })) last = e
    emit('imported', { file: '', cid: last.cid.toString() })
  }
  for (const file of opt.wrap != null ? [] : opt._) {
    let last
    for await (const e of importer([{ content: createReadStream(file) }], blockstore, settings)) last = e
    emit('imported', { file, cid: last.cid.toString() })
  }
  emit('listening', { peerId: node.peerId.toString(), addrs: node.getMultiaddrs().map(String) })
  const stop = async () => { await bitswap.stop(); await node.stop(); process.exit(0) }
  process.on('SIGTERM', stop); process.on('SIGINT', stop)
  process.stdin.on('end', stop).on('error', () => {}).resume()
} else {
  const timer = setTimeout(() => { emit('result', { ok: false, reason: 'timeout' }); process.exit(1) }, Number(opt['timeout-ms'] ?? 20000))
  try {
    const conn = await node.dial(multiaddr(opt.peer))
    emit('connected', { peer: conn.remotePeer.toString() })
    await new Promise((resolve) => setTimeout(resolve, 500)) // let identify finish
    let blocks = 0
    const store = { async * get (cid) { const b = await bitswap.want(cid); const d = await sha256.digest(b); if (Buffer.compare(Buffer.from(d.digest), Buffer.from(cid.multihash.digest)) !== 0) throw new Error('block does not match its CID'); blocks++; yield b } }
    const entry = await exporter(CID.parse(opt.cid), store)
    const parts = []
    for await (const c of entry.content()) parts.push(Buffer.from(c))
    const all = Buffer.concat(parts)
    if (opt.out != null) await writeFile(opt.out, all)
    clearTimeout(timer)
    emit('result', { ok: true, type: entry.type, bytes: all.length, blocks, sha256: createHash('sha256').update(all).digest('hex') })
    process.exit(0)
  } catch (err) { emit('result', { ok: false, reason: String(err?.message ?? err) }); process.exit(1) }
}
