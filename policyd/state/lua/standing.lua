--[[ Part of commit.lua and retract.lua: a member's standing. It needs `clock` and `shortest_life`.

A standing: 6 until when it matters, then records: 1 kind, 8 id, 6 until, 4 length, payload
  M (id 0): 6 muted until
  T: 6 last said
  L: entries of 12 digest of the event, 6 instant, 4 weight, 2 step, 1 together; the oldest first
]]
local UNFORGOTTEN = 3650 * 86400000
local LATEST = 36 * 3600000 -- a commit comes no later than this after its event was observed
local NO_ID = '\0\0\0\0\0\0\0\0'

local records, order = {}, {}
local function set_record(kind, id, expires, payload)
  local name = kind .. id
  if not records[name] then
    order[#order + 1] = name
  end
  records[name] = { expires = expires, payload = payload }
end

local text_before
local function read_standing(key)
  local text, at = call('GET', key) or '', 7
  text_before = text
  while at < #text do
    local expires, length, first = unpack_at('>I6I4', text, at + 9)
    set_record(sub(text, at, at), sub(text, at + 1, at + 8), expires, sub(text, first, first + length - 1))
    at = first + length
  end
end

local function write_standing(key)
  local parts, expires = { '' }, 0
  for _, name in ipairs(order) do
    local record = records[name]
    if record.expires > clock then
      parts[#parts + 1] = name .. pack('>I6I4', record.expires, #record.payload) .. record.payload
      expires = max(expires, record.expires)
    end
  end
  parts[1] = pack('>I6', expires)
  local text = #parts > 1 and table.concat(parts) or ''
  if text == '' and text_before ~= '' then
    call('DEL', key)
  elseif text ~= text_before then
    call('SET', key, text, 'PX', max(shortest_life, expires - clock))
  end
end

local function running_mute()
  local record = records['M' .. NO_ID]
  local until_ = record and unpack_at('>I6', record.payload, 1) or 0
  return until_ > clock and until_ or 0
end

local function keep_mute(until_)
  if until_ > 0 or records['M' .. NO_ID] then
    set_record('M', NO_ID, until_, pack('>I6', until_))
  end
end

local function entries_of(id)
  local record = records['L' .. id]
  local payload, entries = record and record.payload or '', {}
  for at = 1, #payload, 25 do
    local instant, weight, step, together = unpack_at('>I6I4I2B', payload, at + 12)
    entries[#entries + 1] = { event = sub(payload, at, at + 11), instant = min(instant, clock), weight = weight,
      step = step, together = together }
  end
  return entries
end

local function keep_entries(id, entries, forget)
  local parts, newest = {}, 0
  for i, entry in ipairs(entries) do
    newest = max(newest, entry.instant)
    parts[i] = entry.event .. pack('>I6I4I2B', entry.instant, entry.weight, entry.step, entry.together)
  end
  local kept = (forget > 0 and forget or UNFORGOTTEN) + LATEST
  set_record('L', id, #parts > 0 and newest + kept or 0, table.concat(parts))
end
