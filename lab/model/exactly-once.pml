/*
 * The protocol of the engine, outside of its code: claim, lease, fence, take-over, group commit and resolver, with a crash, a lost answer or a
 * forgetful database at any step. `npm run model` searches every order of them (SPIN, spinroot.com). Numbers in brackets are the rows of
 * docs/guarantees.md.
 *
 * Two keys: the bank approves the first one's charge and declines the second one's, so that an answer given to the wrong caller shows.
 */

#ifndef REQUESTS
#define REQUESTS 3
#endif
#define KEYS 2
/* The second request's key: the first one's, or another. */
#ifndef SECOND_KEY
#define SECOND_KEY 0
#endif
/* Each claim, try and take-over has a token of its own; beyond this many nothing more is tried. */
#ifndef TOKENS
#define TOKENS 5
#endif
/* Keys at the bank: the key's own or, for the mutant, one for each token. */
#ifdef MUTANT_RANDOM_KEY
#define BANK_KEYS (KEYS + TOKENS)
#define BANK_KEY(key, token) (KEYS + token - 1)
#else
#define BANK_KEYS 2
#define BANK_KEY(key, token) (key)
#endif

/* What can go wrong, in all. */
#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef FORGETS
#define FORGETS 1
#endif
#ifndef LOSSES
#define LOSSES 1
#endif

mtype = { none, sending, done }
mtype = { nothing, charged, declined, not_charged }
mtype = { no_call, claim, settle }
mtype = { no_answer, granted, refused, held, stored, unheard }

typedef Record {
  mtype state = none;
  byte token;
  byte fence;
  bool lease_over;
  mtype outcome = nothing;
  byte bank_key
}
Record record[KEYS];
byte postings[KEYS];

/* At the bank, by the key that we send. */
typedef Charge { bool executed; bool withdrawn; bool of_key0; byte under_way }
Charge at_bank[BANK_KEYS];
byte charges[KEYS];

/* Calls that wait for the next batch: a request has one at a time. The last place is the resolver's. */
typedef Call {
  mtype verb = no_call;
  byte key;
  byte token;
  byte fence;
  mtype outcome = nothing;
  mtype answer = no_answer
}
Call call[REQUESTS + 1];
#define RESOLVER REQUESTS

byte tokens = 0;
byte crashes = 0;
byte losses = 0;
bool forgotten = false;
/* What a request of this key was told first. */
mtype told[KEYS] = nothing;
byte answered = 0;

#ifdef MUTANT_NO_COMPARE
#define IS_HOLDER(c) (true)
#else
#define IS_HOLDER(c) (record[call[c].key].state == sending && record[call[c].key].token == call[c].token && record[call[c].key].fence == call[c].fence)
#endif

/* One member of a batch, row by row: (1) one caller gets the claim, (4) outcome and posting are one commit, (5) an old fence writes nothing. */
inline execute(c) {
  if
  :: call[c].verb == claim && record[call[c].key].state == none ->
       record[call[c].key].state = sending;
       record[call[c].key].token = call[c].token;
       record[call[c].key].fence = 1;
       record[call[c].key].lease_over = false;
       record[call[c].key].bank_key = BANK_KEY(call[c].key, call[c].token);
       call[c].fence = 1;
       call[c].answer = granted
  :: call[c].verb == claim && record[call[c].key].state == sending -> call[c].answer = held
  :: call[c].verb == claim && record[call[c].key].state == done ->
       call[c].outcome = record[call[c].key].outcome;
       call[c].answer = stored
  :: call[c].verb == settle && IS_HOLDER(c) ->
       record[call[c].key].state = done;
       record[call[c].key].token = 0;
       record[call[c].key].fence = 0;
       record[call[c].key].lease_over = false;
       record[call[c].key].outcome = call[c].outcome;
       if
       :: call[c].outcome == charged ->
            postings[call[c].key]++;
            /* Each key takes effect in the ledger once, and nothing is posted that the bank has not charged. */
            assert(postings[call[c].key] == 1);
            assert(charges[call[c].key] == 1)
       :: call[c].outcome == not_charged -> assert(charges[call[c].key] == 0)
       :: else
       fi;
       call[c].answer = granted
  :: call[c].verb == settle && !IS_HOLDER(c) -> call[c].answer = refused
  fi
}

#define waits(c) (call[c].verb != no_call && call[c].answer == no_answer)

inline alone(c) {
  execute(c);
  if
  :: losses < LOSSES -> losses++; call[c].answer = unheard
  :: true
  fi
}

inline together(a, b) {
  execute(a);
  execute(b);
#ifdef MUTANT_SWAPPED
  answer = call[a].answer; call[a].answer = call[b].answer; call[b].answer = answer;
  answer = call[a].outcome; call[a].outcome = call[b].outcome; call[b].outcome = answer;
#endif
  if
  :: losses < LOSSES -> losses++; call[a].answer = unheard; call[b].answer = unheard
  :: true
  fi
}

/* The lane: what waits is one commit, of one call or of two. Its answer may be lost on the way, for every member. */
active proctype Lane() {
  mtype answer;
end:
  do
  :: atomic { waits(0) -> alone(0) }
  :: atomic { waits(1) -> alone(1) }
  :: atomic { waits(RESOLVER) -> alone(RESOLVER) }
  :: atomic { waits(0) && waits(1) -> together(0, 1) }
  :: atomic { waits(0) && waits(RESOLVER) -> together(0, RESOLVER) }
  :: atomic { waits(1) && waits(RESOLVER) -> together(1, RESOLVER) }
#if REQUESTS > 2
  :: atomic { waits(2) -> alone(2) }
  :: atomic { waits(0) && waits(2) -> together(0, 2) }
  :: atomic { waits(1) && waits(2) -> together(1, 2) }
  :: atomic { waits(2) && waits(RESOLVER) -> together(2, RESOLVER) }
#endif
  od
}

/* Asks the lane, and waits for its answer. */
inline commit(c, what) {
  atomic { call[c].answer = no_answer; call[c].verb = what };
  atomic { call[c].answer != no_answer -> call[c].verb = no_call; call[c].token = 0 }
}

inline crash_to(label) {
  if
  :: atomic { crashes < CRASHES -> crashes++; goto label }
  :: true
  fi
}

inline ask(key, token) {
  atomic {
    at_bank[BANK_KEY(key, token)].of_key0 = (key == 0);
    at_bank[BANK_KEY(key, token)].under_way++
  }
}

#define is_ours (record[key].state == sending && record[key].token == token)

/* One press of Pay: it comes back with the same key until it is answered. Any step may be the last of its process. */
proctype Request(byte me; byte key) {
  byte token, fence;
  mtype outcome;

again:
  atomic { call[me].key = key; call[me].outcome = nothing; token = 0 };
  if
  :: atomic { tokens < TOKENS -> tokens++; token = tokens; call[me].token = token }
  :: tokens == TOKENS -> goto wait
  fi;
  commit(me, claim);
  if
  :: call[me].answer == stored -> outcome = call[me].outcome; goto answer
  :: call[me].answer == granted -> fence = call[me].fence
  :: call[me].answer == held -> goto wait
  /* A lost answer is looked up by the token: was it our claim? */
  :: atomic { call[me].answer == unheard && is_ours -> fence = record[key].fence }
  :: call[me].answer == unheard && !is_ours -> goto again
  fi;
  crash_to(again);

  /* Asks the bank once (9). The request may be slow, and arrive after all hope is given up. */
  ask(key, token);
  if
  :: atomic { at_bank[BANK_KEY(key, token)].executed -> outcome = (key == 0 -> charged : declined) }
  :: atomic { at_bank[BANK_KEY(key, token)].withdrawn -> outcome = not_charged }
  /* No answer: the resolver's. */
  :: goto wait
  fi;
  crash_to(again);

  atomic { call[me].token = token; call[me].fence = fence; call[me].outcome = outcome };
  commit(me, settle);
  if
  :: call[me].answer == granted -> goto answer
  :: else -> goto wait
  fi;

wait:
  atomic { token = 0; fence = 0; outcome = nothing; call[me].outcome = nothing; call[me].fence = 0; call[me].answer = no_answer };
  if
  :: atomic { record[key].state == done -> outcome = record[key].outcome; goto answer }
  :: record[key].state == none && tokens < TOKENS -> goto again
  /* The search ends here. */
  :: tokens == TOKENS -> goto out
  fi;

answer:
  atomic {
    /* (1) Every request of a key is told the same. */
    assert(told[key] == nothing || told[key] == outcome);
    assert(outcome != nothing);
    assert((key == 0) -> (outcome != declined) : (outcome != charged));
    told[key] = outcome;
    answered++
  };
out:
  skip
}

/* Executes what it was asked, whenever it arrives; once for each key that we send, and never after that key was withdrawn (10). */
inline carry_out(k) {
  at_bank[k].under_way--;
  if
  :: !at_bank[k].executed && !at_bank[k].withdrawn ->
       at_bank[k].executed = true;
       if
       :: at_bank[k].of_key0 ->
            charges[0]++;
            /* (8) A key is charged at most once. (10) Never after we have said that it was not. */
            assert(charges[0] == 1);
            assert(!(record[0].state == done && record[0].outcome == not_charged))
       :: else
       fi
  /* Done already, withdrawn, or lost on the way. */
  :: true
  fi
}

active proctype Bank() {
#ifdef MUTANT_RANDOM_KEY
  byte k;
end:
  do
  :: d_step { k < BANK_KEYS - 1 -> k++ }
  :: d_step { k > 0 -> k-- }
  :: atomic { at_bank[k].under_way > 0 -> carry_out(k) }
  od
#else
end:
  do
  :: atomic { at_bank[0].under_way > 0 -> carry_out(0) }
  :: atomic { at_bank[1].under_way > 0 -> carry_out(1) }
  od
#endif
}

/* The lease of a claim runs out, whether its holder is dead or slow. */
active proctype Time() {
end:
  do
  :: record[0].state == sending && !record[0].lease_over -> record[0].lease_over = true
  :: record[1].state == sending && !record[1].lease_over -> record[1].lease_over = true
  od
}

inline take_over(k) {
  tokens++;
  record[k].token = tokens;
  record[k].fence++;
  record[k].lease_over = false;
  key = k;
  token = tokens;
  fence = record[k].fence;
  bank_key = record[k].bank_key
}
#define in_doubt(k) (record[k].state == sending && record[k].lease_over && tokens < TOKENS)

/* Takes over what is in doubt, asks what has become of it, withdraws what the bank does not know, and settles under its own fence (11). */
active proctype Resolver() {
  byte key, token, fence, bank_key;
  mtype outcome;
end:
  do
  :: if
     :: atomic { in_doubt(0) -> take_over(0) }
     :: atomic { in_doubt(1) -> take_over(1) }
     fi;
     if
     :: atomic { at_bank[bank_key].executed -> outcome = (key == 0 -> charged : declined) }
     :: atomic { !at_bank[bank_key].executed -> outcome = not_charged };
#ifndef MUTANT_NO_WITHDRAWAL
        if
        :: atomic { !at_bank[bank_key].executed -> at_bank[bank_key].withdrawn = true }
        :: atomic { at_bank[bank_key].executed -> outcome = (key == 0 -> charged : declined) }
        fi
#endif
     fi;
     atomic { call[RESOLVER].key = key; call[RESOLVER].token = token; call[RESOLVER].fence = fence; call[RESOLVER].outcome = outcome };
     commit(RESOLVER, settle);
     atomic { token = 0; fence = 0; bank_key = 0; outcome = nothing; key = 0; call[RESOLVER].outcome = nothing; call[RESOLVER].fence = 0; call[RESOLVER].answer = no_answer }
  od
}

/* A failover or a restored backup forgets the last commits (8): the record with all that its commit wrote. */
active proctype Database() {
end:
  if
  :: atomic { record[0].state != none && FORGETS && !forgotten -> forgotten = true; record[0].state = none; record[0].outcome = nothing; record[0].token = 0; record[0].fence = 0; record[0].lease_over = false; postings[0] = 0 }
  fi
}

init {
  atomic {
    run Request(0, 0);
    run Request(1, SECOND_KEY)
#if REQUESTS > 2
    ; run Request(2, 1)
#endif
  }
}

/* (11) Every request is answered in the end, though processes die. */
ltl each_request_is_answered { <> (answered == REQUESTS || tokens == TOKENS) }
