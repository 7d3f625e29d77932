-- An editing session in headless Neovim (0.7 or later) with its built-in client. What each step saw goes to the file $OUT as JSON.
local seen = { version = tostring(vim.version().major) .. "." .. tostring(vim.version().minor) }
local patience = 30000

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") .. "\n"
end
-- Puts the cursor on the first character of a word, in the given appearance (default: first).
local function on(word, appearance)
  vim.fn.cursor(1, 1)
  for i = 1, appearance or 1 do
    vim.fn.search("\\C\\V\\<" .. word .. "\\>", i == 1 and "c" or "")
  end
end
local function request(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, patience)
  for _, answer in pairs(answers or {}) do
    if answer.error then error(method .. ": " .. answer.error.message) end
    return answer.result
  end
  error(method .. ": no answer")
end
local function here()
  return vim.lsp.util.make_position_params(0, "utf-16")
end
local function wait(what, condition)
  if not vim.wait(patience, condition, 20) then error("waited in vain for " .. what) end
end
local function diagnostics()
  return vim.tbl_map(function(entry)
    return { code = entry.code, message = entry.message, line = entry.lnum, column = entry.col }
  end, vim.diagnostic.get(0))
end

local client
-- A step that needs a capability is left out where the server does not announce it.
local function step(name, run, capability)
  if capability and not client.server_capabilities[capability] then return end
  local ok, result = pcall(run)
  seen[name] = ok and { result = result } or { failure = tostring(result) }
end

vim.cmd("edit flowers.net")
vim.bo.filetype = "net"
step("initialize", function()
  local id = vim.lsp.start_client({
    name = "netc",
    cmd = { vim.env.NODE, vim.env.NETC, "lsp", "--stdio" },
    root_dir = vim.fn.getcwd(),
  })
  vim.lsp.buf_attach_client(0, id)
  wait("initialize", function()
    local found = vim.lsp.get_client_by_id(id)
    return found and found.server_capabilities and vim.tbl_count(found.server_capabilities) > 0
  end)
  client = vim.lsp.get_client_by_id(id)
  return client.server_capabilities
end)

step("diagnostics", function()
  wait("diagnostics", function() return #vim.diagnostic.get(0) > 0 end)
  return diagnostics()
end)

step("codeAction", function()
  on("relo")
  local params = vim.lsp.util.make_range_params(0, "utf-16")
  -- The protocol's own diagnostics, as the server sent them.
  params.range["end"].character = params.range.start.character + 4
  params.context = {
    diagnostics = vim.tbl_map(function(entry)
      return {
        range = {
          start = { line = entry.lnum, character = entry.col },
          ["end"] = { line = entry.end_lnum, character = entry.end_col },
        },
        severity = entry.severity,
        code = entry.code,
        source = entry.source,
        message = entry.message,
        data = entry.user_data and entry.user_data.lsp and entry.user_data.lsp.data,
      }
    end, vim.diagnostic.get(0)),
  }
  local actions = request("textDocument/codeAction", params)
  local action = actions[1]
  if not action.edit then action = request("codeAction/resolve", action) end
  vim.lsp.util.apply_workspace_edit(action.edit, "utf-16")
  wait("no diagnostics", function() return #vim.diagnostic.get(0) == 0 end)
  return { title = action.title, text = text() }
end)

step("hover", function()
  on("dense")
  return request("textDocument/hover", here())
end, "hoverProvider")

step("completion", function()
  on("softmax")
  local params = here()
  params.position.character = params.position.character + 4
  local result = request("textDocument/completion", params)
  return vim.tbl_map(function(item) return item.label end, result.items or result)
end, "completionProvider")

step("inlayHint", function()
  return request("textDocument/inlayHint", {
    textDocument = vim.lsp.util.make_text_document_params(),
    range = { start = { line = 0, character = 0 }, ["end"] = { line = vim.fn.line("$"), character = 0 } },
  })
end, "inlayHintProvider")

step("references", function()
  on("code")
  local params = here()
  params.context = { includeDeclaration = true }
  return vim.tbl_map(function(place) return place.range.start end, request("textDocument/references", params))
end)

step("rename", function()
  on("code")
  vim.lsp.buf.rename("hidden")
  wait("the new name", function() return text():find("hidden") ~= nil end)
  return text()
end)

step("formatting", function()
  vim.cmd([[%s/ -> / ->    /g]])
  if vim.lsp.buf.format then vim.lsp.buf.format({ timeout_ms = patience }) else vim.lsp.buf.formatting_sync({}, patience) end
  return text()
end)

step("definition in the library", function()
  on("dense")
  local found = request("textDocument/definition", here())
  return found[1] or found
end)

step("definition in another file", function()
  vim.cmd("write")
  on("twice", 2)
  vim.lsp.buf.definition()
  wait("the other file", function() return vim.fn.expand("%:t") == "words.net" end)
  return { line = vim.fn.line("."), under = vim.fn.expand("<cword>") }
end)

local file = io.open(vim.env.OUT, "w")
file:write(vim.json.encode(seen))
file:close()
vim.lsp.stop_client(client.id)
vim.cmd("qa!")
