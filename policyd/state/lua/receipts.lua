--[[ Part of observe.lua: receipts that are not of the plainest, and those of events that come again.
]]
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
  local begun = period - age + 1
  local place = begun % 3 + 1
  local index, offset = unpack_at('>Bi4', receipt, 5)
  local committed = not texts[row] and call('HGET', KEYS[place], fields[row] .. 'c')
  local revisions = age == 1 and meta_text or rings[place][1]
  return { receipt, pack('>I8', begun * period_length + offset), revision_at(revisions, index), committed }
end

local function given(message)
  local names, oldest_period = {}, floor(now / given_length) - 2
  for i = 4, 6 do
    local row = call('HMGET', KEYS[i], '', message)
    if row[1] and row[2] and tonumber(row[1]) >= oldest_period then
      names[#names + 1] = row[2]
    end
  end
  return concat(names, '\n')
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
  return some and concat(parts) or ''
end

local function packed_counts(number, small)
  if small then
    return char(unpack(counts, 1, number))
  end
  local parts = {}
  for i = 1, number do
    parts[i] = pack('>I2', counts[i])
  end
  return concat(parts)
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
