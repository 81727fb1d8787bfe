--[[ Part of observe.lua: records of workflows that an event reads along. See file.lua, which writes them.
]]

-- Reads what the event says of them; their number.
local function ask_for_records(event, form, base)
  local blob, at = event[4], event[form.rest] + 6 * form.amounts
  local asked, number = {}, byte(blob, at)
  at = at + 1
  for i = 1, number do
    local length = unpack_at('>I2', blob, at)
    local record = { key = KEYS[base + i] }
    if length > 0 then
      record.field = sub(blob, at + 2, at + length)
      at = at + 1 + length
    else
      last_string = last_string + 1
      strings[last_string], record.string = record.key, last_string
      at = at + 2
    end
    asked[i] = record
  end
  event.records = asked
  return number
end
