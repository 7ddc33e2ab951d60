import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import type { ProductRole } from './roles'

/**
 * What the product's own logins may do: an attacker who can send any SQL as one of them gets this, and nothing else.
 * A right that is granted anywhere must stand here too, and a table that is not named here may not be touched: say in the migration
 * which statement needs it.
 */
const LISTED: Record<ProductRole, Record<string, string>> = {
  payonce_app: {
    account: 'SELECT, INSERT',
    account_sum: 'SELECT',
    // Removed by age alone: a trigger keeps those of the last year.
    alert:
      'SELECT, INSERT, DELETE, UPDATE (acknowledged_at, acknowledged_by, detail, ended_at, last_seen_at, note)',
    alert_rule: 'SELECT, INSERT, UPDATE (kinds, mailed_at)',
    // Whom a mail has told is a fact.
    alert_told: 'SELECT, INSERT',
    // Wrapped anew under a new secret, never deleted: an answer may be under it.
    answer_key: 'SELECT, INSERT, UPDATE (reencrypted_after, wrapped)',
    api_key: 'SELECT, INSERT, UPDATE (expires_at, last_used_at, revoked_at, rotated_to)',
    api_key_hour:
      'SELECT, INSERT, DELETE, UPDATE (conflicts, failed, keyed, mismatches, new_keys, refused, replays, requests)',
    // What was logged never changes; it is removed by age.
    api_request: 'SELECT, INSERT, DELETE',
    api_request_loss: 'SELECT, INSERT, DELETE',
    // Removed by age alone: a trigger keeps those of 180 days, and those that are not counted.
    attempt: 'SELECT, INSERT, DELETE',
    attempt_half_hour: 'SELECT',
    attempts_counted: 'SELECT',
    audit_log: 'SELECT, INSERT',
    // Written by note_bank alone.
    bank_apart: 'SELECT',
    // What the bank has reserved is a fact; a trigger writes when it ended.
    authorisation: 'SELECT, INSERT',
    authorisation_end: 'SELECT, INSERT, UPDATE (status, updated_at)',
    // What is reserved is a fact; it ends once.
    pending_posting: 'SELECT, INSERT, UPDATE (ended_at, transaction_id)',
    // What the bank says is a fact; our judgement of it moves until it is posted.
    bank_movement:
      'SELECT, INSERT, UPDATE (fee_transaction_id, judged_at, merchant_id, payment_id, refund_id, rule, ' +
      'state, transaction_id)',
    // How a dispute stands is the bank's word; what was posted of it is a fact.
    dispute: 'SELECT, INSERT, UPDATE (checked_at, next_check_at, state)',
    dispute_loss: 'SELECT, INSERT',
    entry: 'SELECT, INSERT',
    // Written by a trigger alone.
    expired_day: 'SELECT',
    // Set by a command that works as the owner: nobody sends a merchant's money elsewhere through the application.
    gateway_account: 'SELECT',
    'gateway_simulator.charge': 'SELECT',
    'gateway_simulator.refund': 'SELECT',
    chain_head: 'SELECT',
    charge_half_hour: 'SELECT',
    hour_changed: 'SELECT',
    hours_counted: 'SELECT',
    csp_report: 'SELECT, INSERT, DELETE, UPDATE (count, last_seen_at)',
    database_clock: 'SELECT, UPDATE (put_back_at, seen_at)',
    // A process notes its own; only the owner takes one away.
    installation_secret: 'SELECT, INSERT',
    'graphile_worker._private_job_queues':
      'SELECT, INSERT, DELETE, UPDATE (id, is_available, locked_at, locked_by, queue_name)',
    'graphile_worker._private_jobs':
      'SELECT, INSERT, DELETE, UPDATE (attempts, created_at, flags, id, is_available, ' +
      'job_queue_id, key, last_error, locked_at, locked_by, max_attempts, payload, priority, ' +
      'revision, run_at, task_id, updated_at)',
    'graphile_worker._private_known_crontabs': 'SELECT',
    'graphile_worker._private_tasks': 'SELECT, INSERT',
    'graphile_worker.migrations': 'SELECT',
    idempotency_record:
      'SELECT, INSERT, DELETE, UPDATE (answer, completed_at, failures, fence, fields, ' +
      'fingerprint, fingerprint_version, headers, held_since, key, lease_until, operation, ' +
      'parked_at, parked_reason, problem, retention_days, scope, state, status, subject_id, token, tries, worker)',
    // Written by check_changes and check_whole alone.
    integrity_checked: 'SELECT',
    integrity_checkpoint: 'SELECT',
    // An operator may ask for a check.
    integrity_verdict: 'SELECT, UPDATE (requested_at)',
    integrity_violation: 'SELECT',
    integrity_whole_only: 'SELECT',
    job_health:
      'SELECT, INSERT, UPDATE (failing_since, failures, handled, last_error, last_finished_at, last_ms, ' +
      'last_started_at, runs)',
    ledger_seal: 'SELECT',
    ledger_summed: 'SELECT',
    ledger_transaction: 'SELECT, INSERT',
    // What a mail says, and to whom, never changes.
    mail: 'SELECT, INSERT, DELETE, UPDATE (ended_at, error, fence, lease_until, next_at, state, tries)',
    // Removed by an operator: no other merchant can be (CHECK).
    merchant: 'SELECT, INSERT, UPDATE (sample_removed_at)',
    // Versions: none is changed or removed.
    merchant_logo: 'SELECT, INSERT',
    merchant_settings: 'SELECT, INSERT',
    // Written by a trigger alone.
    payment_charge: 'SELECT',
    open_charge: 'SELECT, INSERT, DELETE, UPDATE (looked_at, refunded, status)',
    operator: 'SELECT, INSERT, DELETE, UPDATE (email, email_verified, image, name, role, updated_at)',
    operator_credential:
      'SELECT, INSERT, DELETE, UPDATE (access_token, access_token_expires_at, id_token, ' +
      'password, refresh_token, refresh_token_expires_at, scope, updated_at)',
    operator_invitation: 'SELECT, INSERT, UPDATE (accepted_at, revoked_at)',
    operator_passkey: 'SELECT, INSERT, DELETE, UPDATE (counter, last_used_at, synced)',
    operator_recovery_code: 'SELECT, INSERT, DELETE, UPDATE (used_at)',
    // An operator's refund is counted when it begins, and never again.
    operator_refund: 'SELECT, INSERT',
    operator_session:
      'SELECT, INSERT, DELETE, UPDATE (expires_at, factor, failed_verifications, ip_address, ' +
      'sample_since, token, updated_at, user_agent, verified_at)',
    operator_totp: 'SELECT, INSERT, DELETE, UPDATE (confirmed_at, created_at, last_step, secret)',
    operator_verification: 'SELECT, INSERT, DELETE, UPDATE (expires_at, updated_at, value)',
    order_item: 'SELECT, INSERT',
    // What the trigger order_change_is_legal allows of it.
    orders:
      'SELECT, INSERT, UPDATE (amount, customer_email, email_record, expires_at, locale, status, updated_at, version)',
    order_change: 'SELECT, INSERT',
    order_expiry: 'SELECT, DELETE',
    // Removed by age alone: a trigger keeps those of the last 90 days.
    outbox_event: 'SELECT, INSERT, DELETE',
    // The amount by the capture of a part alone: a trigger sees to it.
    payment:
      'SELECT, INSERT, UPDATE (action_url, amount, authorised_amount, card_label, decline_code, fee, ' +
      'gateway_ref, status, updated_at)',
    payment_hour: 'SELECT',
    // What a link asks for never changes.
    payment_link: 'SELECT, INSERT, UPDATE (paused, updated_at)',
    payment_link_use: 'SELECT, INSERT',
    // Written by index_searches alone, as the other three of searches.
    // A note is never changed.
    payment_note: 'SELECT, INSERT',
    payment_text: 'SELECT',
    rate_limit: 'SELECT, INSERT, DELETE, UPDATE (expire, points)',
    receipt_cursor: 'SELECT, UPDATE (event_id, xid)',
    // What a receipt said is a fact.
    receipt_mail: 'SELECT, INSERT',
    receipt_rule: 'SELECT, INSERT, UPDATE (by_mail, since)',
    record_key: 'SELECT',
    reconciliation: 'SELECT, INSERT, UPDATE (after, last_charge_at, since, updated_at)',
    // Written by mark_overdue_records alone.
    resolver_position: 'SELECT',
    // The mark of one that came back is set once, with its reversal.
    refund:
      'SELECT, INSERT, UPDATE (gateway_ref, return_transaction_id, returned_at, status, ' +
      'transaction_id, updated_at)',
    // Asked for, and how it ended; the deadline and the decision are not among the columns that it may insert.
    refund_request:
      'SELECT, INSERT, UPDATE (decided_actor, decided_address, decided_at, decided_request_id, status)',
    // What an event said never changes; it is removed by age alone.
    stripe_event:
      'SELECT, INSERT, DELETE, UPDATE (fence, lease_until, next_at, reason, settled_at, state, tries)',
    stripe_event_position: 'SELECT, INSERT, UPDATE (after, started_at, through)',
    // Proposed, and how it was decided, with the posting of a charge that is kept.
    resolution:
      'SELECT, INSERT, UPDATE (decided_actor, decided_address, decided_at, decided_request_id, status, transaction_id)',
    search_changed: 'SELECT',
    search_indexed: 'SELECT',
    // Decided by two admins; moved as the bank answers.
    stray_return: 'SELECT, INSERT, UPDATE (next_try_at, reason, settled_at, status, tries)',
    // An intent is claimed once; only its decline is added.
    stripe_intent: 'SELECT, INSERT, UPDATE (card_label, decline_code)',
    surplus_charge: 'SELECT, INSERT, UPDATE (next_try_at, reason, settled_at, status, tries)',
    // Goes with its delivery.
    webhook_attempt: 'SELECT, INSERT',
    webhook_cursor: 'SELECT, UPDATE (event_id, xid)',
    webhook_delivery:
      'SELECT, INSERT, DELETE, UPDATE (attempts, ended_at, fence, lease_until, next_at, state, tries)',
    webhook_endpoint:
      'SELECT, INSERT, DELETE, UPDATE (description, event_types, failing_since, not_before, reason, ' +
      'state, updated_at, url)',
    webhook_secret: 'SELECT, INSERT, DELETE, UPDATE (secret, valid_until)',
  },
  payonce_bank: {
    'gateway_simulator.charge': 'SELECT, INSERT, UPDATE (refunded_amount)',
    'gateway_simulator.lost_dispute': 'SELECT, INSERT',
    'gateway_simulator.movement': 'SELECT, INSERT',
    'gateway_simulator.refund': 'SELECT, INSERT',
    'gateway_simulator.request':
      'SELECT, INSERT, UPDATE (authorisation_id, capture_before, captured_amount, charge_id, decline_code, status)',
  },
}

/** Columns of a new row that a login may not choose, of each table that it may insert into, with the reason. */
const NOT_ITS_CHOICE: Record<ProductRole, Record<string, [columns: string[], because: string]>> = {
  payonce_app: {
    account: [
      ['created_at', 'limited_since', 'min_balance'],
      'the database’s clock, and a limit is set by its function alone',
    ],
    alert: [
      ['acknowledged_at', 'acknowledged_by', 'ended_at', 'last_seen_at', 'note', 'opened_at'],
      'an alert is born open, and nobody has taken it on',
    ],
    alert_rule: [['mailed_at'], 'a choice is made before any mail'],
    alert_told: [[], 'it is all of it'],
    answer_key: [['created_at', 'reencrypted_after'], 'a key is born now, with no answer sealed anew'],
    api_key: [
      ['created_at', 'last_used_at', 'revoked_at', 'rotated_to'],
      'a key is born in use, and nothing has happened to it',
    ],
    api_key_hour: [[], 'counts that begin with their first batch'],
    api_request: [[], 'a logged request is all of it: its instant is the server’s'],
    api_request_loss: [[], 'a count is all of it'],
    attempt: [
      ['xid'],
      'a report in a batch: its instant is the server’s, but not the place in the order of counting',
    ],
    audit_log: [
      ['at', 'hash', 'previous_hash', 'seq'],
      'no entry is dated back, and its place in the chain is the trigger’s',
    ],
    bank_movement: [['judged_at', 'noticed_at'], 'the database’s clock'],
    csp_report: [['count', 'first_seen_at', 'last_seen_at'], 'a first report counts once, now'],
    dispute: [
      ['checked_at', 'next_check_at', 'noticed_at', 'state'],
      'a dispute is born open, and is asked for at once',
    ],
    dispute_loss: [['posted_at'], 'no posting is dated back'],
    entry: [[], 'a line of a posting is all of it'],
    'graphile_worker._private_job_queues': [
      [],
      'graphile-worker’s own SQL, which may change with its version',
    ],
    'graphile_worker._private_jobs': [[], 'as above'],
    'graphile_worker._private_tasks': [[], 'as above'],
    idempotency_record: [
      [
        'answer',
        'completed_at',
        'created_at',
        'expires_at',
        'headers',
        'held_since',
        'overdue_since',
        'parked_at',
        'parked_reason',
        'problem',
        'status',
      ],
      'a claim has no answer yet',
    ],
    job_health: [[], 'a counter that begins with its first turn'],
    ledger_transaction: [['posted_at', 'xid'], 'no posting is dated back, nor hidden from the seals'],
    mail: [
      ['created_at', 'ended_at', 'error', 'fence', 'lease_until', 'next_at', 'state', 'tries'],
      'a mail is born pending and due',
    ],
    installation_secret: [['since'], 'the database’s clock'],
    merchant: [['created_at', 'sample_removed_at'], 'the database’s clock, and none is born removed'],
    merchant_logo: [['created_at'], 'the database’s clock'],
    merchant_settings: [['created_at'], 'the database’s clock'],
    open_charge: [['looked_at', 'noticed_at'], 'the database’s clock'],
    operator: [['admin_since', 'image'], 'since when is the database’s word, and nobody has an image'],
    operator_credential: [
      [
        'access_token',
        'access_token_expires_at',
        'id_token',
        'refresh_token',
        'refresh_token_expires_at',
        'scope',
      ],
      'no other provider vouches for an operator',
    ],
    operator_invitation: [
      ['accepted_at', 'created_at', 'expires_at', 'revoked_at'],
      'an invitation is born open, for 72 hours',
    ],
    operator_passkey: [['created_at', 'last_used_at'], 'a passkey is born unused'],
    operator_recovery_code: [['created_at', 'used_at'], 'a code is born unused'],
    operator_refund: [['created_at'], 'no refund is dated out of a day’s sum'],
    operator_session: [
      ['sample_since', 'verified_at'],
      'the instant of the sign-in, which leads to the own shop',
    ],
    operator_totp: [['confirmed_at', 'created_at', 'last_step'], 'a code must confirm it'],
    operator_verification: [[], 'better-auth sends every column'],
    pending_posting: [['created_at', 'ended_at', 'transaction_id'], 'a pending posting is born open'],
    authorisation: [['created_at', 'ended_at'], 'an authorisation is born open'],
    authorisation_end: [
      ['created_at', 'status', 'updated_at'],
      'an end is born sending: what becomes of it are legal moves',
    ],
    order_change: [['created_at'], 'the database’s clock'],
    order_item: [[], 'an item is all of it'],
    orders: [
      ['created_at', 'email_record', 'locale', 'status', 'updated_at', 'version'],
      'an order is born open',
    ],
    outbox_event: [['created_at', 'xid'], 'the database’s clock, and its transaction'],
    payment: [
      [
        'action_url',
        'authorised_amount',
        'card_label',
        'created_at',
        'decline_code',
        'fee',
        'gateway_ref',
        'refunded_amount',
        'status',
        'updated_at',
      ],
      'a payment is born sending: what becomes of it are legal moves',
    ],
    rate_limit: [[], 'the limiter sends every column'],
    reconciliation: [['updated_at'], 'the database’s clock'],
    refund: [
      [
        'created_at',
        'gateway_ref',
        'return_transaction_id',
        'returned_at',
        'status',
        'transaction_id',
        'updated_at',
      ],
      'a refund is born sending: what becomes of it are legal moves',
    ],
    refund_request: [
      [
        'created_at',
        'decided_actor',
        'decided_address',
        'decided_at',
        'decided_request_id',
        'expires_at',
        'status',
      ],
      'a request is born open, for 72 hours',
    ],
    payment_link: [['created_at', 'paused', 'updated_at'], 'a link is born active'],
    payment_link_use: [['created_at'], 'when is the database’s word'],
    payment_note: [['created_at'], 'when is the database’s word'],
    receipt_mail: [['created_at'], 'when is the database’s word'],
    receipt_rule: [['since'], 'a choice counts from now on'],
    resolution: [
      [
        'created_at',
        'decided_actor',
        'decided_address',
        'decided_at',
        'decided_request_id',
        'expires_at',
        'status',
        'transaction_id',
      ],
      'a proposal is born open, for 72 hours',
    ],
    stripe_event: [
      ['fence', 'lease_until', 'received_at', 'settled_at', 'tries'],
      'an event is born received, now, and nobody has tried it',
    ],
    stripe_event_position: [[], 'a place in a list is all of it'],
    stripe_intent: [
      ['card_label', 'created_at', 'decline_code'],
      'an intent is claimed before it is confirmed',
    ],
    stray_return: [
      ['decided_at', 'next_try_at', 'reason', 'settled_at', 'status', 'tries'],
      'a return is born asked for, and due',
    ],
    surplus_charge: [
      ['found_at', 'next_try_at', 'reason', 'settled_at', 'status', 'tries'],
      'a surplus charge is born found',
    ],
    webhook_attempt: [[], 'what an attempt came to is all of it'],
    webhook_delivery: [
      ['attempts', 'created_at', 'ended_at', 'fence', 'lease_until', 'next_at', 'state', 'tries'],
      'a delivery is born pending and due',
    ],
    webhook_endpoint: [
      ['created_at', 'failing_since', 'not_before', 'reason', 'state', 'updated_at'],
      'an endpoint is born enabled',
    ],
    webhook_secret: [['created_at', 'valid_until'], 'a secret is born current'],
  },
  payonce_bank: {
    'gateway_simulator.charge': [['created_at', 'refunded_amount'], 'a charge is born unrefunded'],
    'gateway_simulator.lost_dispute': [['created_at'], 'the database’s clock'],
    'gateway_simulator.movement': [['created_at'], 'the database’s clock'],
    'gateway_simulator.refund': [['created_at'], 'the database’s clock'],
    'gateway_simulator.request': [
      ['captured_amount', 'created_at'],
      'nothing of a new one is captured; the database’s clock',
    ],
  },
}

let database: TestDatabase
let owner: pg.Client
const as = {} as Record<ProductRole, pg.Client>

beforeAll(async () => {
  database = await testDatabase()
  owner = await connect(database.url)
  as.payonce_app = await connect(database.appUrl)
  as.payonce_bank = await connect(database.bankUrl)
})
afterAll(async () => {
  await Promise.all([owner, ...Object.values(as)].map((client) => client.end()))
  await database.drop()
})

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

const DENIED = { code: '42501' }
const roles = ['payonce_app', 'payonce_bank'] as const

/** Every table and view that is not PostgreSQL's own. */
async function relations(kinds: string[]): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = ANY($1) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1`,
    [kinds],
  )
  return rows.map((row) => row.name)
}

async function columnsOf(table: string): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `SELECT quote_ident(attname) AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY 1`,
    [table],
  )
  return rows.map((row) => row.name)
}

/** All rights on a table, as the login has them through its groups and through PUBLIC: `SELECT, INSERT, UPDATE (a, b)`. */
async function rightsOn(table: string, client: pg.Client): Promise<string> {
  const { rows } = await owner.query<{ rights: string }>(
    `SELECT concat_ws(', ',
       (SELECT string_agg(right_, ', ' ORDER BY at) FROM unnest(ARRAY['SELECT', 'INSERT', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']) WITH ORDINALITY r(right_, at)
          WHERE has_table_privilege($1, $2::regclass, right_) OR right_ IN ('SELECT', 'INSERT', 'REFERENCES') AND has_any_column_privilege($1, $2::regclass, right_)),
       (SELECT 'UPDATE (' || string_agg(attname, ', ' ORDER BY attname) || ')' FROM pg_attribute
          WHERE attrelid = $2::regclass AND attnum > 0 AND NOT attisdropped AND has_column_privilege($1, $2::regclass, attnum, 'UPDATE'))) AS rights`,
    [client.user, table],
  )
  return rows[0]?.rights ?? ''
}

describe.each(roles)('%s', (role) => {
  test('has the rights that are listed, on the tables that are listed, and no others', async () => {
    const found: Record<string, string> = {}
    for (const table of await relations(['r', 'p', 'm', 'f'])) {
      const rights = await rightsOn(table, as[role])
      if (rights) found[table] = rights
    }
    expect(found).toEqual(LISTED[role])
  })

  test('is refused the UPDATE of every other column', async () => {
    for (const table of await relations(['r', 'p'])) {
      const listed = LISTED[role][table]?.match(/UPDATE \((.*)\)/)?.[1]?.split(', ') ?? []
      for (const column of await columnsOf(table)) {
        const update = as[role].query(`UPDATE ${table} SET ${column} = DEFAULT WHERE false`)
        const refused = await update.then(
          () => false,
          (error: pg.DatabaseError) => error.code === DENIED.code,
        )
        expect([table, column, refused]).toEqual([table, column, !listed.includes(column)])
      }
    }
  })

  test('chooses of a new row what is its to choose, and is refused every other column', async () => {
    const found: Record<string, string[]> = {}
    for (const [table, rights] of Object.entries(LISTED[role])) {
      if (!rights.includes('INSERT')) continue
      found[table] = []
      for (const column of await columnsOf(table)) {
        const insert = as[role].query(
          `INSERT INTO ${table} (${column}) SELECT ${column} FROM ${table} WHERE false`,
        )
        const refused = await insert.then(
          () => false,
          (error: pg.DatabaseError) => error.code === DENIED.code,
        )
        if (refused) found[table].push(column)
      }
    }
    const listed = Object.entries(NOT_ITS_CHOICE[role]).map(([table, [columns]]) => [table, columns])
    expect(found).toEqual(Object.fromEntries(listed))
  })

  test('reads views, and changes nothing through them', async () => {
    for (const view of await relations(['v']))
      expect([`${view} SELECT`, `${view} `]).toContain(`${view} ${await rightsOn(view, as[role])}`)
  })

  it.each([
    'SET ROLE postgres',
    'SET ROLE pg_execute_server_program',
    'SET SESSION AUTHORIZATION postgres',
    "SELECT set_config('role', 'postgres', false)",
    "SELECT set_config('session_authorization', 'postgres', false)",
    'SET session_replication_role = replica',
    "SELECT set_config('session_replication_role', 'replica', false)",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "COPY (SELECT 1) TO '/tmp/payonce-was-here'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT lo_import('/etc/passwd')",
    'SELECT pg_sleep(0) FROM pg_authid',
    'SELECT pg_reload_conf()',
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usesysid = 10',
    "ALTER SYSTEM SET log_statement = 'none'",
    'ALTER TABLE payment DISABLE TRIGGER payment_move_is_legal',
    'ALTER TABLE entry DISABLE TRIGGER ALL',
    'ALTER TABLE payment OWNER TO CURRENT_USER',
    'DROP TRIGGER entry_is_append_only ON entry',
    'CREATE TRIGGER mine BEFORE INSERT ON payment EXECUTE FUNCTION refuse_change()',
    'CREATE TABLE mine (x int)',
    'CREATE TEMP TABLE mine (x int)',
    'CREATE TEMP VIEW mine AS SELECT 1',
    'CREATE SCHEMA mine',
    'CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1',
    'CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql RETURN 1',
    'CREATE EXTENSION file_fdw',
    'CREATE EXTENSION pg_stat_statements',
    'CREATE ROLE mine',
    'CREATE DATABASE mine',
    'CREATE PUBLICATION mine',
    'CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION refuse_change()',
    'GRANT payonce_app TO payonce_bank',
    'DELETE FROM entry',
    'DELETE FROM ledger_transaction',
    'DELETE FROM payment',
    'DELETE FROM refund',
    'DELETE FROM refund_request',
    "INSERT INTO refund_request (expires_at) VALUES ('infinity')",
    "INSERT INTO refund_request (status) VALUES ('approved')",
    "UPDATE refund_request SET expires_at = 'infinity'",
    'UPDATE refund_request SET amount = amount',
    'DELETE FROM resolution',
    "INSERT INTO resolution (status) VALUES ('confirmed')",
    'UPDATE resolution SET facts = facts',
    'UPDATE payment_link SET amount = amount',
    'UPDATE payment_link_use SET key = key',
    'UPDATE payment_note SET text = text',
    'UPDATE receipt_mail SET amount = amount',
    'DELETE FROM payment_note',
    "INSERT INTO operator_refund (created_at) VALUES ('-infinity')",
    'DELETE FROM operator_refund',
    'DELETE FROM audit_log',
    'TRUNCATE entry',
    'TRUNCATE payment CASCADE',
    'UPDATE entry SET amount = amount',
    'SELECT * FROM _prisma_migrations',
  ])('may not %s', async (statement) => {
    await expect(as[role].query(statement)).rejects.toMatchObject(DENIED)
  })

  it('may not read a file of the machine into a table of its own schema', async () => {
    const table = role === 'payonce_app' ? 'outbox_event (type)' : 'gateway_simulator.request (token)'
    await expect(as[role].query(`COPY ${table} FROM '/etc/passwd'`)).rejects.toMatchObject(DENIED)
  })

  it('has no role to go back to: the session itself is the login', async () => {
    const { rows } = await as[role].query(
      "SELECT set_config('role', 'none', false), session_user = current_user AS same, current_setting('is_superuser') AS super",
    )
    expect(rows[0]).toMatchObject({ same: true, super: 'off' })
    await as[role].query('RESET ROLE')
    await as[role].query('RESET SESSION AUTHORIZATION')
    const { rows: after } = await as[role].query('SELECT current_user::text AS name')
    expect(after).toEqual([{ name: as[role].user }])
  })

  it('may not change its own group, nor log in as it', async () => {
    await expect(as[role].query(`ALTER ROLE ${role} LOGIN PASSWORD 'x'`)).rejects.toMatchObject(DENIED)
    const { rows } = await owner.query('SELECT rolcanlogin FROM pg_roles WHERE rolname = $1', [role])
    expect(rows).toEqual([{ rolcanlogin: false }])
  })
})

test('payonce_bank sees none of the product’s tables', async () => {
  const ours = (await relations(['r', 'p', 'v'])).filter((name) => !name.startsWith('gateway_simulator.'))
  for (const table of ours)
    await expect(as.payonce_bank.query(`SELECT FROM ${table} LIMIT 1`)).rejects.toMatchObject(DENIED)
})

test('functions that work with their owner’s rights have a fixed path, and are called by nobody but triggers and views', async () => {
  const { rows } = await owner.query(
    `SELECT p.oid::regprocedure::text AS name, p.proconfig AS settings, has_function_privilege('public', p.oid, 'EXECUTE') AS everybody
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE p.prosecdef AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1`,
  )
  const settings = ['search_path=pg_catalog, pg_temp']
  const chained = ['search_path=pg_catalog, public, pg_temp']
  expect(rows).toEqual([
    { name: 'authorisation_ends()', settings, everybody: false },
    { name: 'chain_audit_entry()', settings: chained, everybody: false },
    // The worker starts the checks: what they find is not the caller's choice.
    {
      name: 'check_changes(integer)',
      settings: [...chained, 'plan_cache_mode=force_custom_plan'],
      everybody: false,
    },
    { name: 'check_whole(text)', settings: chained, everybody: false },
    {
      name: 'count_attempts(integer)',
      settings: [...chained, 'plan_cache_mode=force_custom_plan'],
      everybody: false,
    },
    {
      name: 'count_hours(integer)',
      settings: [...chained, 'plan_cache_mode=force_custom_plan'],
      everybody: false,
    },
    { name: 'forget_expired_key()', settings: chained, everybody: false },
    { name: 'forget_reaped_keys()', settings: chained, everybody: false },
    {
      name: 'index_searches(integer)',
      settings: [...chained, 'plan_cache_mode=force_custom_plan', 'enable_seqscan=off'],
      everybody: false,
    },
    { name: 'integrity_system.idle_transactions()', settings, everybody: false },
    { name: 'mark_overdue_records(integer)', settings, everybody: false },
    { name: 'next_whole_check()', settings: chained, everybody: false },
    // Web and worker say where the bank is; since when is not their choice.
    { name: 'note_bank(boolean)', settings: chained, everybody: false },
    { name: 'note_changed_hour()', settings: chained, everybody: false },
    { name: 'note_expired_day()', settings: chained, everybody: false },
    { name: 'note_search_change()', settings: chained, everybody: false },
    { name: 'one_payment_per_charge()', settings, everybody: false },
    { name: 'order_expiry_is_awaited()', settings, everybody: false },
    { name: 'refund_counts_on_its_payment()', settings, everybody: false },
    // The worker starts it; what it writes is not the caller's choice.
    { name: 'seal_ledger(integer)', settings: chained, everybody: false },
    // An admin sets a limit that the balance keeps now; nothing else of an account changes.
    { name: 'set_balance_limit(uuid,text,bigint,bigint)', settings: chained, everybody: false },
    {
      name: 'sum_ledger(integer)',
      settings: [...chained, 'plan_cache_mode=force_custom_plan'],
      everybody: false,
    },
  ])
})
