// The official client against a running node, unchanged: node story.mjs http://127.0.0.1:PORT
// One account of each kind publishes and reads back what the network knows.
import assert from 'node:assert/strict'
import { AuthenticatedAlephHttpClient } from '@aleph-sdk/client'
import { BaseMessageClient } from '@aleph-sdk/message'
import * as ethereum from '@aleph-sdk/ethereum'
import * as solana from '@aleph-sdk/solana'

const server = process.argv[2]
const channel = 'LASTMILE-INTEROP'
const PATIENCE_MS = 30000

async function until(what, probe) {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const found = await probe()
    if (found) return found
    assert.ok(Date.now() < end, `${what}: not within ${PATIENCE_MS} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function posts(client, address) {
  const post = await client.createPost({ postType: 'note', content: { text: 'first', tags: ['x'] }, channel, sync: true })
  const read = await client.getPost({ hashes: [post.item_hash] })
  assert.deepEqual(read.content, { text: 'first', tags: ['x'] })
  assert.equal(read.address, address)
  assert.equal(read.original_item_hash, post.item_hash)
  assert.equal(read.type, 'note')

  const amend = await client.createPost({ postType: 'amend', ref: post.item_hash, content: { text: 'second' }, channel, sync: true })
  const amended = await client.getPost({ hashes: [post.item_hash] })
  assert.deepEqual(amended.content, { text: 'second' })
  assert.equal(amended.item_hash, amend.item_hash)
  assert.equal(amended.original_type, 'note')

  const reply = await client.createPost({ postType: 'reply', ref: post.item_hash, content: 'text alone', channel, sync: true })
  const replies = await client.getPosts({ types: 'reply', refs: [post.item_hash], addresses: [address] })
  assert.deepEqual(replies.posts.map((one) => one.item_hash), [reply.item_hash])
  assert.equal(replies.posts[0].content, 'text alone')

  const message = await client.getMessage(post.item_hash)
  assert.equal(message.item_hash, post.item_hash)
  assert.equal(message.sender, address)
  assert.equal(message.channel, channel)
  const listed = await client.getMessages({ addresses: [address], channels: [channel], messageTypes: ['POST'] })
  assert.deepEqual(new Set(listed.messages.map((one) => one.item_hash)), new Set([post.item_hash, amend.item_hash, reply.item_hash]))
  assert.equal(listed.pagination_total, 3)
  return post
}

async function large_post(client) {
  const text = 'x'.repeat(60000) + 'äöü€😀'
  const post = await client.createPost({ postType: 'large', content: { text }, channel, sync: true })
  assert.notEqual(post.item_type, 'inline')
  const read = await until('a content that is apart', () => client.getPost({ hashes: [post.item_hash] }).catch(() => null))
  assert.equal(read.content.text, text)
}

async function aggregates(client, address) {
  await client.createAggregate({ key: 'profile', content: { name: 'Ada', langs: ['en'] }, channel, sync: true })
  await client.createAggregate({ key: 'profile', content: { langs: ['en', 'fr'] }, channel, sync: true })
  await client.createAggregate({ key: 'other', content: { one: 1 }, channel, sync: true })
  assert.deepEqual(await client.fetchAggregate(address, 'profile'), { name: 'Ada', langs: ['en', 'fr'] })
  assert.deepEqual(await client.fetchAggregates(address, ['profile', 'other', 'missing']), {
    profile: { name: 'Ada', langs: ['en', 'fr'] },
    other: { one: 1 },
  })
}

async function files(client) {
  const bytes = Buffer.from(Array.from({ length: 70000 }, (_, i) => (i * 7) % 256))
  const store = await client.createStore({ fileObject: new Blob([bytes]), channel, sync: true })
  assert.deepEqual(Buffer.from(await client.downloadFile(store.content.item_hash)), bytes)
  // A Buffer is sent as text by this client.
  const text = Buffer.from('text, and nothing but text')
  const second = await client.createStore({ fileObject: text, channel, sync: true })
  assert.deepEqual(Buffer.from(await client.downloadFile(second.content.item_hash)), text)
  const answer = await fetch(`${server}/api/v0/storage/by-message-hash/${store.item_hash}`)
  const found = await answer.json()
  assert.equal(found.file_hash, store.content.item_hash)
  assert.equal(found.size, bytes.length)
  return store
}

async function forgets(client, post) {
  const reason = 'no longer true'
  const forget = await client.forget({ hashes: [post.item_hash], reason, channel, sync: true })
  await assert.rejects(client.getMessage(post.item_hash))
  const left = await (await fetch(`${server}/api/v0/messages/${post.item_hash}`)).json()
  assert.equal(left.status, 'forgotten')
  assert.deepEqual(left.forgotten_by, [forget.item_hash])
}

async function programs(client) {
  const runtime = await client.createStore({ fileObject: Buffer.from('a root file system, in place of one'), channel, sync: true })
  const program = await client.createProgram({
    channel, file: Buffer.from('code, in place of an archive'), entrypoint: 'main:app', runtime: runtime.item_hash, metadata: { tags: ['vm'] }, sync: true,
  })
  const read = await until('a program', () => client.getMessage(program.item_hash).catch(() => null))
  assert.equal(read.content.code.entrypoint, 'main:app')
  assert.equal(read.content.runtime.ref, runtime.item_hash)
  const price = await (await fetch(`${server}/api/v0/price/${program.item_hash}`)).json()
  assert.ok(price.detail.some((line) => line.type === 'EXECUTION'), JSON.stringify(price))
}

async function refusals(client, account) {
  // A signature by nobody: with sync the node says so.
  const other = ethereum.newAccount().account
  const forged = Object.create(other, { address: { value: account.address }, getChain: { value: () => account.getChain() } })
  await assert.rejects(new AuthenticatedAlephHttpClient(forged, server).createPost({ postType: 'note', content: {}, channel, sync: true }))
}

async function subscription(client, address) {
  const watcher = new BaseMessageClient(server, server.replace('http', 'ws'))
  const socket = watcher.getMessagesSocket({ addresses: [address], channels: [channel], history: 2 })
  await until("a socket", () => socket.getIsOpen())
  const post = await client.createPost({ postType: 'live', content: { now: true }, channel, sync: true })
  const seen = await until('a live message', () => socket.getData().find((one) => one.item_hash === post.item_hash))
  assert.deepEqual(seen.content.content, { now: true })
  assert.equal(socket.getData().length, 3, 'two of the history, oldest first, and one that is new')
  socket.closeSocket()
}

async function story(name, account) {
  const client = new AuthenticatedAlephHttpClient(account, server)
  const address = account.address
  const post = await posts(client, address)
  console.log(`ok: ${name}: posts, replies and amends`)
  await large_post(client)
  console.log(`ok: ${name}: a post too large for its message`)
  await aggregates(client, address)
  console.log(`ok: ${name}: aggregates`)
  await files(client)
  console.log(`ok: ${name}: files`)
  await programs(client)
  console.log(`ok: ${name}: programs`)
  await subscription(client, address)
  console.log(`ok: ${name}: a subscription`)
  await forgets(client, post)
  console.log(`ok: ${name}: what was forgotten is gone`)
  await refusals(client, account)
  console.log(`ok: ${name}: a forged signature is refused`)
}

await story('ETH', ethereum.newAccount().account)
await story('SOL', solana.newAccount().account)
process.exit(0)
