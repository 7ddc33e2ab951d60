import { createHash, createPrivateKey, createSign, generateKeyPairSync, randomBytes } from 'node:crypto'

/** Facts of an answer that a test falsifies. */
export interface AuthenticatorLies {
  origin?: string
  rpId?: string
  /** False: the authenticator has not checked its owner. */
  userVerified?: boolean
  counter?: number
  challenge?: string
  userHandle?: string | undefined
  type?: string
}

/** An authenticator in software: one ES256 credential, with the signatures of a real one (WebAuthn Level 3, 6). */
export class TestAuthenticator {
  readonly id = randomBytes(32).toString('base64url')
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  private userHandle: string | undefined
  private counter = 0

  constructor(
    private readonly site: { origin: string; rpId: string },
    /** Counts its uses, as security keys do; phones send 0. */
    private readonly counts = true,
  ) {}

  /** The answer of `navigator.credentials.create`. */
  create(options: { challenge: string; user?: { id: string } }, lies: AuthenticatorLies = {}) {
    this.userHandle = options.user?.id
    const { x = '', y = '' } = this.keys.publicKey.export({ format: 'jwk' })
    const id = Buffer.from(this.id, 'base64url')
    const length = Buffer.alloc(2)
    length.writeUInt16BE(id.length)
    // kty EC2, alg ES256, crv P-256, x, y (RFC 9053).
    const key = cborMap([
      [cborInt(1), cborInt(2)],
      [cborInt(3), cborInt(-7)],
      [cborInt(-1), cborInt(1)],
      [cborInt(-2), cborBytes(Buffer.from(x, 'base64url'))],
      [cborInt(-3), cborBytes(Buffer.from(y, 'base64url'))],
    ])
    const data = Buffer.concat([this.authenticatorData(lies, 0x40), Buffer.alloc(16), length, id, key])
    const attestation = cborMap([
      [cborText('fmt'), cborText('none')],
      [cborText('attStmt'), cborMap([])],
      [cborText('authData'), cborBytes(data)],
    ])
    return this.answer({
      clientDataJSON: this.clientData('webauthn.create', options.challenge, lies).toString('base64url'),
      attestationObject: attestation.toString('base64url'),
      transports: ['internal'],
    })
  }

  /** The answer of `navigator.credentials.get`. */
  get(options: { challenge: string }, lies: AuthenticatorLies = {}) {
    if (this.counts) this.counter += 1
    const data = this.authenticatorData(lies, 0)
    const client = this.clientData('webauthn.get', options.challenge, lies)
    const key = createPrivateKey(this.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const signature = createSign('sha256')
      .update(data)
      .update(createHash('sha256').update(client).digest())
      .sign(key)
    const userHandle = 'userHandle' in lies ? lies.userHandle : this.userHandle
    return this.answer({
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: signature.toString('base64url'),
      ...(userHandle === undefined ? {} : { userHandle }),
    })
  }

  private answer<Answer extends object>(response: Answer) {
    return { id: this.id, rawId: this.id, type: 'public-key', response, clientExtensionResults: {} } as const
  }

  private clientData(type: string, challenge: string, lies: AuthenticatorLies): Buffer {
    const origin = lies.origin ?? this.site.origin
    return Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin,
        crossOrigin: false,
      }),
    )
  }

  /** @param flags beside *user present* and *user verified* */
  private authenticatorData(
    { rpId, userVerified = true, counter }: AuthenticatorLies,
    flags: number,
  ): Buffer {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter ?? this.counter)
    const site = createHash('sha256')
      .update(rpId ?? this.site.rpId)
      .digest()
    return Buffer.concat([site, Buffer.from([0x01 | (userVerified ? 0x04 : 0) | flags]), count])
  }
}

/** CBOR (RFC 8949), as much as a key and an attestation need. */
function cborHead(kind: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(kind << 5) | value])
  if (value < 256) return Buffer.from([(kind << 5) | 24, value])
  return Buffer.from([(kind << 5) | 25, value >> 8, value & 255])
}

const cborInt = (value: number) => (value < 0 ? cborHead(1, -1 - value) : cborHead(0, value))
const cborBytes = (bytes: Buffer) => Buffer.concat([cborHead(2, bytes.length), bytes])
const cborText = (text: string) => Buffer.concat([cborHead(3, text.length), Buffer.from(text)])
const cborMap = (members: [Buffer, Buffer][]) =>
  Buffer.concat([cborHead(5, members.length), ...members.flat()])
