--[[ Part of observe.lua: receipts that are not of the plainest, and those of events that come again; and windows where the
clock went back.
]]
local function shifted(text, first, number, ahead)
  local moved = {}
  for i = 1, number do
    moved[i] = pack('>I6', math.max(0, unpack_at('>I6', text, first + (i - 1) * 6) - ahead))
  end
  return sub(text, 1, first - 1) .. table.concat(moved) .. sub(text, first + number * 6)
end

local function revision_at(text, index)
  local line = 0
  for name in string.gmatch(text, '([^\n]*)\n') do
    if line == index then
      return name
    end
    line = line + 1
  end
  return ''
end

local function repeated(event, row, receipt, age)
  if sub(receipt, 1, 4) ~= event[5] then
    return 0
  end
  local text = age == 1 and meta_text or metas[places[age]]
  local index, offset = unpack_at('>Bi4', receipt, 5)
  local instant = (period - age + 1) * period_length + offset
  local committed = not texts[row] and call('HGET', KEYS[places[age]], fields[row] .. 'c')
  return { receipt, pack('>I8', instant), revision_at(text, index), committed }
end

local function given(message)
  local names, oldest_period = {}, floor(now / tonumber(ARGV[3])) - 2
  for i = 4, 6 do
    local row = call('HMGET', KEYS[i], '', message)
    if row[1] and row[2] and tonumber(row[1]) >= oldest_period then
      names[#names + 1] = row[2]
    end
  end
  return table.concat(names, '\n')
end

local function records_held(asked)
  local parts, some = { pack('>I2', #asked) }, false
  for i, record in ipairs(asked) do
    local stored
    if record.field then
      stored = call('HGET', record.key, record.field)
    else
      stored = values[record.string]
    end
    local held = stored and unpack_at('>I6', stored, 1) > now and sub(stored, 7) or ''
    some = some or held ~= ''
    parts[i + 1] = pack('>I4', #held) .. held
  end
  return some and table.concat(parts) or ''
end

local function packed_counts(number, small)
  if small then
    return char(unpack(counts, 1, number))
  end
  local parts = {}
  for i = 1, number do
    parts[i] = pack('>I2', counts[i])
  end
  return table.concat(parts)
end

local function long_receipt(head, event, form, edit, small, facts)
  local EDIT, WIDE, FACTS, GIVEN, HELD = 1, 2, 4, 8, 16
  local windows, ladders = form.windows, form.ladders
  local held = event.records and records_held(event.records) or ''
  local rules = edit and form.mark and given(sub(event[4], form.message_at, form.message_at + 7)) or ''
  local flags, counted = (edit and EDIT or 0) + (small and 0 or WIDE), packed_counts(windows, small)
  if rules == '' and held == '' and ladders < 16 and not (facts and find(facts, '[^%z]')) then
    return head .. char(flags + 16 * ladders) .. counted
  end
  flags = flags + FACTS + (rules ~= '' and GIVEN or 0) + (held ~= '' and HELD or 0)
  facts = facts or string.rep('\0', 12 + 4 * ladders)
  return head .. char(flags) .. pack('>I2I2', windows, ladders) .. counted .. facts .. held .. rules
end
