--[[ Part of observe.lua: records of workflows that an event reads along. See file.lua, which writes them.
]]
local function records_asked(blob, flags, at, base)
  if not has(flags, RECORDS) then
    return NOTHING, at
  end
  local asked, number = {}, byte(blob, at)
  at = at + 1
  for i = 1, number do
    local length = unpack_at('>I2', blob, at)
    asked[i] = { KEYS[base + i], length > 0 and sub(blob, at + 2, at + length) }
    at = at + 2 + math.max(0, length - 1)
  end
  return asked, at
end

local function records_held(asked)
  local parts, some = { pack('>I2', #asked) }, false
  for i, record in ipairs(asked) do
    local held
    if record[2] then
      local stored = call('HGET', record[1], record[2])
      held = stored and unpack_at('>I6', stored, 1) > now and sub(stored, 7) or ''
    else
      held = expires[record[1]] > now and texts[record[1]] or ''
    end
    some = some or held ~= ''
    parts[i + 1] = pack('>I4', #held) .. held
  end
  return some and table.concat(parts) or ''
end
