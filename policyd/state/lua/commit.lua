--[[ Records what the decision on one event changes, once: strikes, mutes, what was said and given.

KEYS 1-3  ring of receipts; 4-6 ring of what was given (see observe.lua); 7 the member's standing
     8    the group's journal, if one is kept
ARGV 1    nonce, echoed
     2, 3 length of a period of receipts, of given, in ms
     4    the instant, ms since the epoch, in tests (keys then live for an hour at least); empty: TIME of this server
     5    12 digest of the event id      6  4 digest of its content     7  instant at which it was observed
     8    8 digest of the message id, or empty                          9  names of rules to remember for it, one a line
     10   ms of mute asked for; -1: the member goes, so none is recorded
     11   1: a running mute ends first
     12   what is kept in the journal, or empty             13  ms for which the journal is kept
     14-  number of forgives, each: 8 id, times (0: all), ms to forget after (0: never)
          number of strikes, each: 8 id, times, forget, together, human (0, 1), number of steps, each: at, mute
          number of throttles, each: 8 id, span

Reply     nonce, nothing, then 'gone' where the event was not observed (or another's content was), else numbers in words:
          number of strikes, each: strikes, step, together (0, 1), newest; of forgives, likewise; of throttles,
          each 1 if it may be said; muted until; muted until before.
Journal   sorted set by the instant of 12 digest of the event, 2 length, what was answered, what is kept.
]]
local MOST_ENTRIES = 1000
local call, pack, unpack_at = redis.call, struct.pack, struct.unpack
local sub, find, floor, max, min = string.sub, string.find, math.floor, math.max, math.min

local clock = tonumber(ARGV[4])
local shortest_life = clock and 3600000 or 1
if not clock then
  local time = call('TIME')
  clock = time[1] * 1000 + floor(time[2] / 1000)
end
local period = floor(clock / tonumber(ARGV[2]))
local event, body, now, message, rules = ARGV[5], ARGV[6], tonumber(ARGV[7]), ARGV[8], ARGV[9]

-- The receipt: who has committed already gets the same answer again.

local ring
for i = 1, 3 do
  local row = call('HMGET', KEYS[i], '', event, event .. 'c')
  local begun = row[1] and tonumber(sub(row[1], 1, find(row[1], '\n', 1, true) - 1))
  if begun and begun >= period - 2 and row[2] then
    if sub(row[2], 1, 4) ~= body then
      return { ARGV[1], '', 'gone' }
    end
    if row[3] then
      return { ARGV[1], '', row[3] }
    end
    ring = KEYS[i]
  end
end
if not ring then
  return { ARGV[1], '', 'gone' }
end

-- What is asked, read to the end before anything is written.

local argument = 13
local function next_number()
  argument = argument + 1
  return assert(tonumber(ARGV[argument]), 'POLICYD a number is missing')
end
local function next_id()
  argument = argument + 1
  assert(#ARGV[argument] == 8, 'POLICYD an id is not 8 bytes')
  return ARGV[argument]
end

local forgives, strikes, throttles = {}, {}, {}
for i = 1, next_number() do
  forgives[i] = { id = next_id(), times = next_number(), forget = next_number() }
end
for i = 1, next_number() do
  local strike = { id = next_id(), times = next_number(), forget = next_number(), together = next_number(),
    human = next_number() == 1, steps = {} }
  for j = 1, next_number() do
    strike.steps[j] = { at = next_number(), mute = next_number() }
  end
  strikes[i] = strike
end
for i = 1, next_number() do
  throttles[i] = { id = next_id(), span = next_number() }
end
local mute, unmute = assert(tonumber(ARGV[10])), ARGV[11] == '1'
local journal, journal_kept = ARGV[12], assert(tonumber(ARGV[13]))
if argument ~= #ARGV or (journal ~= '') ~= (KEYS[8] ~= nil) then
  return redis.error_reply('POLICYD arguments do not fit')
end

--#include standing

local function remembered(entries, forget)
  local kept = {}
  for _, entry in ipairs(entries) do
    if forget == 0 or entry.instant > now - forget then
      kept[#kept + 1] = entry
    end
  end
  return kept
end

local function state(entries, step, together)
  local sum, newest = 0, 0
  for _, entry in ipairs(entries) do
    sum = sum + entry.weight
    if entry.weight > 0 then
      newest = max(newest, entry.instant)
    end
  end
  return sum, step, together, newest
end

-- The laws of a ladder (ladder.py says them in Python).

local function forgive(ask)
  local left, kept = ask.times, {}
  local entries = ask.times > 0 and remembered(entries_of(ask.id), ask.forget) or {}
  for i = #entries, 1, -1 do
    local entry = entries[i]
    local taken = min(left, entry.weight)
    left = left - taken
    if taken == 0 or taken < entry.weight then
      entry.weight = entry.weight - taken
      table.insert(kept, 1, entry)
    end
  end
  keep_entries(ask.id, kept, ask.forget)
  return state(kept, 0, 0)
end

local function new_entry(entries, ask)
  local ran, before = nil, 0
  for _, entry in ipairs(entries) do
    before = before + entry.weight
    if entry.step > 0 then
      ran = max(ran or 0, entry.instant)
    end
  end
  local entry = { event = event, instant = now, weight = ask.times, step = 0, together = 0 }
  if ask.human then
    return entry
  end
  if ask.together > 0 and ran and now - ran < ask.together then
    entry.weight, entry.together = 0, 1
    return entry
  end
  local after, last = before + ask.times, 0
  for _, step in ipairs(ask.steps) do
    last = max(last, step.at)
    if before < step.at and step.at <= after then
      entry.step = max(entry.step, step.at)
    end
  end
  if entry.step == 0 and last > 0 and after > last then
    entry.step = last
  end
  return entry
end

local function strike(ask)
  local entries = remembered(entries_of(ask.id), ask.forget)
  local mine
  for _, entry in ipairs(entries) do
    if entry.event == event then
      mine = entry
    end
  end
  if not mine then
    mine = new_entry(entries, ask)
    local place = #entries + 1
    while place > 1 and entries[place - 1].instant > now do
      place = place - 1
    end
    table.insert(entries, place, mine)
    if #entries > MOST_ENTRIES then
      table.remove(entries, 1)
    end
  end
  keep_entries(ask.id, entries, ask.forget)
  for _, step in ipairs(ask.steps) do
    if mine.step == step.at then
      ask.mute = step.mute
    end
  end
  return state(entries, mine.step, mine.together)
end

local function may_speak(ask)
  local record = records['T' .. ask.id]
  local said = record and min(clock, (unpack_at('>I6', record.payload, 1)))
  local spoken = not said or clock - said >= ask.span
  local last = spoken and now or said
  set_record('T', ask.id, last + ask.span, pack('>I6', last))
  return spoken and 1 or 0
end

local function muted_until(before)
  local longest, goes = max(mute, 0), mute < 0
  for _, ask in ipairs(strikes) do
    goes = goes or (ask.mute or 0) < 0
    longest = max(longest, ask.mute or 0)
  end
  local running = unmute and 0 or before
  return (goes or longest == 0) and running or max(running, now + longest)
end

read_standing(KEYS[7])
local answer, forgiven = { #strikes }, {}
local function say(list, ...)
  for _, number in ipairs({ ... }) do
    list[#list + 1] = string.format('%d', number)
  end
end
for _, ask in ipairs(forgives) do
  say(forgiven, forgive(ask))
end
for _, ask in ipairs(strikes) do
  say(answer, strike(ask))
end
say(answer, #forgives)
for _, number in ipairs(forgiven) do
  answer[#answer + 1] = number
end
say(answer, #throttles)
for _, ask in ipairs(throttles) do
  say(answer, may_speak(ask))
end
local before = running_mute()
local muted_now = muted_until(before)
keep_mute(muted_now)
say(answer, muted_now, before)

-- What was given for the message.

local given_period = floor(clock / tonumber(ARGV[3]))
local given_ring = KEYS[4 + given_period % 3]
local names, fresh = {}, true
if rules ~= '' then
  local known = {}
  for i = 4, 6 do
    local row = call('HMGET', KEYS[i], '', message)
    local begun = tonumber(row[1] or nil)
    fresh = fresh and not (KEYS[i] == given_ring and begun == given_period)
    local held = begun and begun >= given_period - 2 and row[2] or ''
    for name in string.gmatch(held .. '\n' .. rules, '[^\n]+') do
      if not known[name] then
        known[name] = true
        names[#names + 1] = name
      end
    end
  end
end

-- Everything is known: write.

write_standing(KEYS[7])
if #names > 0 then
  if fresh then
    call('UNLINK', given_ring)
    call('HSET', given_ring, '', given_period)
    call('PEXPIRE', given_ring, 4 * tonumber(ARGV[3]))
  end
  call('HSET', given_ring, message, table.concat(names, '\n'))
end
local reply = table.concat(answer, ' ')
if journal ~= '' then
  call('ZADD', KEYS[8], now, event .. pack('>I2', #reply) .. reply .. journal)
  call('ZREMRANGEBYSCORE', KEYS[8], '-inf', clock - journal_kept)
  call('PEXPIRE', KEYS[8], journal_kept)
end
call('HSET', ring, event .. 'c', reply)
return { ARGV[1], '', reply }
