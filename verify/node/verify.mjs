// Checks a Heed bundle with nothing but Node.js, from docs/formats.md.
// Usage: node verify.mjs BUNDLE. Exit 0: ok, 1: wrong, 2: could not look.
import { createHash, createHmac, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'

const STATEMENT = 'extension-definition--d82a01b3-758d-468c-9981-531d2e7790ff'
const CARRIAGE = 'extension-definition--58309425-7a5b-4c60-9d09-087a5b5c47f0'

const sha = (...parts) => parts.reduce((h, p) => h.update(p), createHash('sha256')).digest()
const fail = (words) => { throw new Error(words) }
const must = (ok, words) => ok || fail(words)
const b64 = (s) => Buffer.from(s, 'base64')

// Ed25519 over raw keys: SubjectPublicKeyInfo is a fixed prefix and the 32 bytes.
const signedBy = (raw, bytes, sig) => verify(null, bytes, createPublicKey({
  key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]), format: 'der', type: 'spki',
}), sig)

const pae = (type, payload) => Buffer.concat([
  Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload])

function openEnvelope(env, kind, key) {
  must(env.payloadType === `application/vnd.heed.${kind}+json`, `an envelope for ${env.payloadType} is not for a ${kind}`)
  const payload = b64(env.payload)
  const id = sha(key).subarray(0, 16).toString('hex')
  const mine = env.signatures.filter((s) => s.keyid === id)
  must(mine.length > 0, 'no signature by the key on the card')
  for (const s of mine) must(signedBy(key, pae(env.payloadType, payload), b64(s.sig)), 'a signature does not fit')
  return payload
}

const rawKey = (text) => {
  must(text.startsWith('ed25519:'), 'not an Ed25519 key')
  return b64(text.slice(8))
}

function readCard(card) {
  const env = card.extensions[CARRIAGE]
  const key = JSON.parse(b64(env.payload)).extensions[STATEMENT].key
  openEnvelope(env, 'key', rawKey(key.party_key))
  return key
}

// A successor log has the key of the first under its name, a slash and a number from 2 on.
function sameLog(first, log) {
  const [a, b] = [first, log].map((k) => /^([^+\s]+)\+[0-9a-f]{8}\+(.+)$/.exec(k) ?? fail('not a log key'))
  return a[2] === b[2] && (a[1] === b[1] || b[1].startsWith(`${a[1]}/`) && /^([2-9]|[1-9]\d+)$/.test(b[1].slice(a[1].length + 1)))
}

function openHead(note, logKey) {
  const [, origin, id, blob] = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(logKey) ?? fail('not a log key')
  const key = b64(blob)
  must(key[0] === 1 && key.length === 33, 'the log key is not Ed25519')
  must(sha(`${origin}\n`, key).subarray(0, 4).toString('hex') === id, 'the log key does not have its id')
  const cut = note.indexOf('\n\n')
  const text = note.slice(0, cut + 1)
  const line = note.slice(cut + 2).split('\n').find((l) => l.startsWith(`— ${origin} `)) ?? fail('the head is not signed by its log')
  const sig = b64(line.split(' ')[2])
  must(sig.subarray(0, 4).toString('hex') === id && signedBy(key.subarray(1), Buffer.from(text), sig.subarray(4)), 'the head has a bad signature')
  const [name, size, root] = text.split('\n')
  must(name === origin, 'the head is of another log')
  return { size: BigInt(size), root: b64(root), rootText: root }
}

// RFC 9162, 2.1.3.2, with RFC 6962 hashes.
function included(leaf, index, size, proof, root) {
  let fn = BigInt(index), sn = size - 1n, r = sha(Buffer.from([0]), leaf)
  must(fn <= sn, 'a leaf is beyond the head')
  for (const p of proof) {
    must(sn > 0n, 'a proof is too long')
    if (fn & 1n || fn === sn) {
      r = sha(Buffer.from([1]), p, r)
      while (!(fn & 1n) && fn !== 0n) { fn >>= 1n; sn >>= 1n }
    } else {
      r = sha(Buffer.from([1]), r, p)
    }
    fn >>= 1n
    sn >>= 1n
  }
  must(sn === 0n && r.equals(root), 'a record is not in the head')
}

const FIELDS = ['kind', 'recorded', 'door', 'from', 'desk', 'statement', 'version', 'carried', 'seal', 'body', 'salt']

function readEntry(text) {
  const lines = text.split('\n')
  must(lines.length === FIELDS.length + 2 && lines[0] === 'heed-entry/1' && lines.at(-1) === '', 'not an entry')
  return Object.fromEntries(FIELDS.map((f, i) => {
    must(lines[i + 1].startsWith(`${f} `), `the entry has no ${f}`)
    return [f, lines[i + 1].slice(f.length + 1)]
  }))
}

function check(bundle) {
  must(bundle.format === 'heed-bundle/1', `format ${bundle.format}`)
  const cards = new Map(bundle.cards.map((c) => { const k = readCard(c); return [k.party, k] }))
  must([...cards.values()].some((k) => sameLog(k.log_key, bundle.log_key)), 'no card has this log')
  const head = openHead(bundle.head, bundle.log_key)
  const digests = new Set(), commitments = new Set(), read = []
  for (const rec of bundle.records) {
    const e = readEntry(rec.entry)
    included(Buffer.concat([Buffer.from([1]), sha(rec.entry)]), rec.index, head.size, rec.proof.map(b64), head.root)
    if (e.kind === 'decision') commitments.add(e.body)
    const salt = b64(rec.body_salt), payload = b64(rec.envelope.payload)
    if (salt.length === 0 && payload.length === 0) { // kept back: the entry proves kind and time
      must(!rec.receipt, `record ${rec.index}: kept back, and a receipt all the same`)
      continue
    }
    must(salt.length === 32, 'a salt is not 32 bytes')
    must(createHmac('sha256', salt).update(payload).digest('hex') === e.body, `record ${rec.index}: the entry does not commit to the body`)
    const sigs = rec.envelope.signatures?.length ? JSON.stringify(rec.envelope.signatures.map(({ keyid, sig }) => ({ keyid, sig }))) : ''
    must(sha(`${rec.envelope.payloadType}\n`, sigs).toString('hex') === e.seal, `record ${rec.index}: the entry does not commit to the seal`)
    const object = JSON.parse(payload), s = object.extensions?.[STATEMENT]
    if (rec.envelope.payloadType && s) {
      const card = cards.get(object.created_by_ref) ?? fail(`record ${rec.index}: the author's card is missing`)
      openEnvelope(rec.envelope, s.kind, rawKey(card.party_key))
      must(object.id === e.statement && String(s.version) === e.version && s.kind === e.kind, `record ${rec.index}: the entry is of another statement`)
      read.push({ rec, object, s })
    }
    digests.add(`${object.id} ${e.version} ${sha(payload).toString('hex')}`)
  }
  for (const { rec, object, s } of read) {
    const b = s.delivery ?? s.receipt ?? s.decision
    if (b) must(digests.has(`${b.statement} ${b.version} ${b.digest}`), `record ${rec.index}: it names a statement that is not here`)
    if (s.receipt) {
      const [first] = cards.get(object.created_by_ref).log_key.split('+')
      must(s.receipt.log === first || s.receipt.log.startsWith(`${first}/`), `record ${rec.index}: the receipt names a log that is not the author's`)
    }
    if (s.receipt?.rung === 'decided' && sameLog(cards.get(object.created_by_ref).log_key, bundle.log_key)) {
      must(commitments.has(s.receipt.commitment), `record ${rec.index}: no decision opens its commitment`)
    }
    if (rec.receipt) {
      const card = cards.get(s.delivery.to) ?? fail(`record ${rec.index}: the receiver's card is missing`)
      const r = JSON.parse(openEnvelope(rec.receipt, 'receipt', rawKey(card.party_key))).extensions[STATEMENT].receipt
      must(r.rung === 'delivered' && r.delivery === object.id && r.digest === s.delivery.digest && r.statement === s.delivery.statement &&
        r.version === s.delivery.version, `record ${rec.index}: its receipt answers something else`)
    }
  }
  return `ok: ${bundle.records.length} statements, head ${head.size} ${head.rootText}`
}

let text
try { text = readFileSync(process.argv[2], 'utf8') } catch (err) { console.error(err.message); process.exit(2) }
try { console.log(check(JSON.parse(text))) } catch (err) { console.log(`wrong: ${err.message}`); process.exit(1) }
