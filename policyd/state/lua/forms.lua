--[[ Part of observe.lua: forms of events, which say what they are and what is asked for. Events that ask alike share one.

A form (big-endian):
  1 flags, 1 number of fields of windows, 2 number of strings but those of records
  1 what it is to the figures of the group (0 nothing, 1 message, 2 join, 3 leave, 4 request; + 8 if a member's presence
  is kept), 2 zone of its days or 0
  2 windows, 2 ladders
  windows: 6 id (zeros: it has a text as its key), 6 span in ms, 2 cap, 1 bump (0 never, 1 new, 2 edit, 3 always)
           + 4 * period (0 none, 1 day, 2 week, 3 month) + 16 * form (0 events, 1 distinct, 2 sum, 3 messages, 4 active)
           + 128 if the period before is told, 2 where it is kept (from 1: first the fields, then the strings; 0: in the
           figures)
  ladders: 8 id, 6 forget in ms (0: never)
  zones:   2 for each window that has a period or tells figures, in their order

An event: 1 form, 2 number of keys before its own, 3 number of strings before its own (records are counted as before),
4 blob, 5 the part of the digest of its content that is kept; at `mark` the message's mark; from `fields` to `last_field`
the rows of its fields: that of its id, the message's, those of windows; from there to `rest` ids and spans of windows that
have a text as their key; at `rest` where in the blob its amounts begin.
]]
local MOST_FORMS = 4096
local forms, number_of_forms = {}, 0

-- `spec`: id and span; at `text` of the event are these, where it has a text as its key; `spec` is then that of the last
-- event. At `field` of the event is the row of the window's field; else `string` says which of the strings is its own.
local function window_at(packed, at, form, named)
  local spec, cap, code, place = unpack_at('>c12I2BI2', packed, at)
  local id, span = unpack_at('>I6I6', spec, 1)
  local window = {
    spec = spec, span = span, cap = cap, bump = code % 4,
    field = place > 0 and place <= named and form.last_field - named + place, string = place > named and place - named,
    text = id == 0 and form.rest, kind = false,
  }
  if id == 0 then
    form.rest = form.rest + 1
  end
  if code < 4 then
    return window
  end
  local kind = { per = floor(code / 4) % 4, form = floor(code / 16) % 8, last = floor(code / 128) }
  window.kind = kind
  if kind.form == 1 or kind.form == 2 then
    kind.amount = form.amounts
    form.amounts = form.amounts + 1
  end
  if kind.per > 0 or kind.form > 2 then
    kind.zone = unpack_at('>I2', packed, form.zones_at)
    form.zones_at = form.zones_at + 2
  end
  if kind.form > 2 then
    form.keys = form.strings + 1
  end
  return window
end

local function new_form(packed)
  local MESSAGE, EDIT, STANDING, SILENCE, SPOKE, MUTE, RECORDS = 1, 2, 4, 8, 16, 32, 64
  local has = bit.band
  local flags, named, strings, figure, zone, windows, ladders = unpack_at('>BBI2BI2I2I2', packed, 1)
  local message, standing, ladders_at = has(flags, MESSAGE), has(flags, STANDING) > 0, 12 + 17 * windows
  local last_field = named + 6 + 2 * message
  local form = {
    packed = packed, begin = 4 + #packed, message_at = 12 + #packed,
    edit = has(flags, EDIT) > 0, records = has(flags, RECORDS) > 0,
    facts = has(flags, STANDING + SILENCE + SPOKE + MUTE) > 0, standing = standing, silence = has(flags, SILENCE) > 0,
    spoke = has(flags, SPOKE) > 0, mute = has(flags, MUTE) > 0,
    figure = figure % 8 > 0 and figure % 8, somebody = figure > 7, zone = zone > 0 and zone,
    keys = strings + (figure % 8 > 0 and 1 or 0), strings = strings, long = strings - (standing and 1 or 0),
    windows = windows, ladders = ladders, ladders_at = ladders_at, zones_at = ladders_at + 14 * ladders, amounts = 0,
    mark = message > 0 and 6, fields = 6 + message, last_field = last_field, rest = last_field + 1,
  }
  for i = 1, windows do
    form[i] = window_at(packed, 17 * i - 5, form, named)
  end
  form.layout = '>c4xxxx' .. (message > 0 and 'xxc6c12c3' or 'c12') .. string.rep('Bc0', named)
    .. string.rep('c12', form.rest - last_field - 1)
  if number_of_forms == MOST_FORMS then
    forms, number_of_forms = {}, 0
  end
  forms[packed], number_of_forms = form, number_of_forms + 1
  return form
end
