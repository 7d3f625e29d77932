-- A session in Neovim (0.7 or later) for a picture: shapes at the ends of lines, colours by the server's semantic tokens, one hover.
-- The server is $NODE $NETC, and $READY is written when all is on the screen.
vim.o.termguicolors = true
vim.o.number = true
vim.o.signcolumn = "no"
vim.o.showmode = false
vim.o.ruler = false
vim.o.laststatus = 2
vim.o.statusline = " %t  %=netc lsp "
vim.o.fillchars = "eob: "
local colours = {
  Normal = { fg = "#d4d8e0", bg = "#1b1f27" },
  LineNr = { fg = "#4a5160" },
  StatusLine = { fg = "#8b93a3", bg = "#242a35" },
  NormalFloat = { fg = "#d4d8e0", bg = "#262c38" },
  FloatBorder = { fg = "#5b6475", bg = "#262c38" },
  -- Of the hover's Markdown.
  Special = { fg = "#d4d8e0" },
  Delimiter = { fg = "#8b93a3" },
  Title = { fg = "#8b93a3" },
  NetHint = { fg = "#7f95a8", italic = true },
  Netcomment = { fg = "#7a8494", italic = true },
  Netkeyword = { fg = "#c792ea" },
  Netstring = { fg = "#a5d6a0" },
  Netnumber = { fg = "#f2a86f" },
  Netoperator = { fg = "#8fb7d9" },
  Nettype = { fg = "#e6c07b" },
  Netclass = { fg = "#e6c07b", bold = true },
  Netfunction = { fg = "#6fb3f2" },
  Netparameter = { fg = "#d9a3a3" },
  Netproperty = { fg = "#d9a3a3" },
  NetenumMember = { fg = "#6cc5b8" },
}
for name, colour in pairs(colours) do vim.api.nvim_set_hl(0, name, colour) end

local space = vim.api.nvim_create_namespace("netc")
local document = { textDocument = vim.lsp.util.make_text_document_params() }
local id = vim.lsp.start_client({ name = "netc", cmd = { vim.env.NODE, vim.env.NETC, "lsp", "--stdio" }, root_dir = vim.fn.getcwd() })
vim.lsp.buf_attach_client(0, id)
vim.wait(20000, function()
  local client = vim.lsp.get_client_by_id(id)
  return client and client.server_capabilities ~= nil and vim.tbl_count(client.server_capabilities) > 0
end, 20)
local function ask(method, params)
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, params, 20000) or {}) do return answer.result end
end

-- Semantic tokens: five numbers each, places relative to the one before.
local legend = vim.lsp.get_client_by_id(id).server_capabilities.semanticTokensProvider.legend.tokenTypes
local data = ask("textDocument/semanticTokens/full", document).data
local line, column = 0, 0
for i = 1, #data, 5 do
  if data[i] > 0 then line, column = line + data[i], 0 end
  column = column + data[i + 1]
  local group = "Net" .. legend[data[i + 3] + 1]
  vim.api.nvim_buf_set_extmark(0, space, line, column, { end_col = column + data[i + 2], hl_group = group })
end

-- Shapes after the steps of a line, at its end: this version has no text inside lines.
local whole = { start = { line = 0, character = 0 }, ["end"] = { line = vim.fn.line("$"), character = 0 } }
local shapes = {}
for _, hint in ipairs(ask("textDocument/inlayHint", vim.tbl_extend("error", document, { range = whole }))) do
  if hint.kind == 1 then
    local at = hint.position.line
    shapes[at] = shapes[at] and shapes[at] .. " → " .. hint.label or "  " .. hint.label
  end
end
for at, text in pairs(shapes) do
  vim.api.nvim_buf_set_extmark(0, space, at, 0, { virt_text = { { text, "NetHint" } } })
end

vim.fn.search("dense", "w")
vim.lsp.handlers["textDocument/hover"] = vim.lsp.with(vim.lsp.handlers.hover, { border = "rounded", max_width = 96 })
vim.lsp.buf.hover()
vim.o.linebreak = true
vim.defer_fn(function() io.open(vim.env.READY, "w"):close() end, 1500)
