@echo off
rem Starts receiver and screening whenever this account logs on. docs\BESIDE_THE_PACS.md. Never tried.
rem DCMTK's bin folder must be in PATH. Remove them with: schtasks /Delete /TN "PneumoScreen receiver"
setlocal
set ROOT=%ProgramData%\PneumoScreen
set PROGRAM=%LOCALAPPDATA%\Programs\PneumoScreen\PneumoScreen-console.exe
schtasks /Create /F /SC ONLOGON /TN "PneumoScreen receiver" /TR "\"%~dp0receive.cmd\""
schtasks /Create /F /SC ONLOGON /TN "PneumoScreen watch" /TR "\"%PROGRAM%\" screen \"%ROOT%\inbox\" --output \"%ROOT%\RESULTS.csv\" --watch --move-answered \"%ROOT%\archive\""
