--[[ What comes due first in some sets.

KEYS      sets of a group's dues, the one with the first instant first; or the one of a cell's groups (see file.lua)
ARGV 1    nonce, echoed      2 the last instant, or +inf      3 the most of all sets together

Reply     nonce, nothing, then for each set a list of names, each followed by its instant, the earliest first; those
          behind the most of all sets may be missing.
]]
local most = tonumber(ARGV[3])
local last = ARGV[2]
local found, first = {}, {}

-- `first` has the earliest instants so far, in order: what is later than the last of a full one need not be read.

local function insert(instant)
  local low, high = 1, #first + 1
  while low < high do
    local half = math.floor((low + high) / 2)
    if first[half] > instant then
      high = half
    else
      low = half + 1
    end
  end
  table.insert(first, low, instant)
  first[most + 1] = nil
end

local call, format = redis.call, string.format
for i = 1, #KEYS do
  local part = call('ZRANGE', KEYS[i], '-inf', last, 'BYSCORE', 'LIMIT', 0, most, 'WITHSCORES')
  found[i] = part
  if #KEYS > 1 then
    for j = 2, #part, 2 do
      insert(tonumber(part[j]))
    end
    if first[most] then
      last = format('%.0f', first[most])
    end
  end
end
return { ARGV[1], '', found }
