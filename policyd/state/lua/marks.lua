--[[ Part of observe.lua: which messages are known. A field of marks of 6 bytes is written whole with each of them, so a ring
has the more fields the more messages it holds: layer 1 has one for 14 bits of the digest, layer 2 for 17, layer 3 for
20. A ring begins with the first. Once a field is full, the next layer is begun, which a line `+1`, then `+2`, among the
ring's revisions says. From the next call on it takes the marks; those before stay where they are.
]]
local FULL, MOST_LAYERS = 64 * 6, 3

-- How many layers are asked for, where it is more than one, by the first of the rings: as many as they were seen to have.
local layers_of = {}

local function layers_in(meta)
  local _, begun = string.gsub(meta, '\n%+', '')
  return 1 + begun
end

local function field_in(layer, field, mark)
  local bits = byte(mark)
  return char(byte(field) + layer - 1) .. sub(field, 2) .. char(layer == 2 and bits - bits % 32 or bits - bits % 4)
end

-- Whether that many were asked for; they are at the next time.
local function enough_layers(wanted)
  if wanted ~= layers then
    layers_of[KEYS[1]] = wanted > 1 and wanted or nil
  end
  return wanted <= layers
end

-- The rows of further layers.
local function ask_for_layers(event, form)
  local field, mark, further = event[form.fields + 1], event[form.mark], {}
  for layer = 2, layers do
    further[layer] = row_of(field_in(layer, field, mark))
  end
  event.layers = further
end

-- Whether entries of 6 bytes have one.
local function holds(marks, mark)
  local at = marks and find(marks, mark, 1, true)
  while at and at % 6 ~= 1 do
    at = find(marks, mark, at + 1, true)
  end
  return at
end

local function is_in(row, mark)
  return holds(texts[row] or newest[row], mark) or holds(middle[row], mark) or holds(oldest[row], mark)
end

local function add_mark(row, mark)
  local marks = texts[row] or newest[row] or ''
  texts[row] = marks .. mark
  if #marks >= FULL and layers_now < MOST_LAYERS and layers_in(meta_text) == layers_now then
    meta_text = meta_text .. '+' .. layers_now .. '\n'
  end
end

-- Whether the message is known. Else it is from now on.
local function seen_before(event, form)
  local row, mark = event[form.fields + 1], event[form.mark]
  if is_in(row, mark) then
    return true
  end
  for layer = 2, layers do
    local further = event.layers[layer]
    if is_in(further, mark) then
      return true
    end
    row = layer <= layers_now and further or row
  end
  if not looking then
    add_mark(row, mark)
  end
  return false
end
