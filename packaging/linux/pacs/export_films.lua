-- Hands every film that Orthanc receives to the inbox, once, by a rename. docs/BESIDE_THE_PACS.md
-- The number of the last change that was dealt with is kept on the disk. So what was not handed over, because Orthanc was
-- killed or the disk was full, is handed over at the next start, film or end of a study.

local INBOX = os.getenv('PNEUMOSCREEN_INBOX') or '/var/lib/pneumoscreen/inbox'
local STAGING = os.getenv('PNEUMOSCREEN_STAGING') or '/var/lib/pneumoscreen/orthanc'  -- on the disk of the inbox
local MODALITIES = { CR = true, DX = true }  -- what is handed over
local LAST_CHANGE = STAGING .. '/last-change'
local PAGE = 100

local function write(path, content)
  local temporary = STAGING .. '/temporary'
  local file = assert(io.open(temporary, 'wb'))
  assert(file:write(content))
  assert(file:close())
  assert(os.rename(temporary, path))
end

local function read_last_change()
  local file = io.open(LAST_CHANGE, 'rb')
  if not file then return 0 end
  local number = file:read('*n')
  file:close()
  return assert(number, LAST_CHANGE .. ' holds no number')
end

local function is_film(tags)
  return MODALITIES[tags['Modality']] and tags['Manufacturer'] ~= 'PneumoScreen'  -- not its own heat maps
end

local function hand_over(instance)
  local tags = RestApiGet('/instances/' .. instance .. '/simplified-tags')
  if not tags then return end  -- it was deleted meanwhile
  tags = ParseJson(tags)
  if is_film(tags) then
    local uid = tags['SOPInstanceUID'] or ''
    local name = string.match(uid, '^[0-9.]+$') and uid or instance  -- a name that can harm nothing
    write(INBOX .. '/' .. name .. '.dcm', assert(RestApiGet('/instances/' .. instance .. '/file')))
  end
end

local function hand_over_new()
  local last = read_last_change()
  repeat
    local page = ParseJson(RestApiGet(string.format('/changes?since=%d&limit=%d', last, PAGE)))
    for _, change in ipairs(page['Changes']) do
      if change['ChangeType'] == 'NewInstance' then hand_over(change['ID']) end
      last = change['Seq']
      write(LAST_CHANGE, string.format('%d', last))
    end
  until page['Done']
end

function Initialize() hand_over_new() end
function OnStoredInstance() hand_over_new() end
function OnStableStudy() hand_over_new() end
