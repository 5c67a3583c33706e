"""The platforms: one adapter each, behind `bot.platforms.protocol`. They import neither each other nor the ledger."""
