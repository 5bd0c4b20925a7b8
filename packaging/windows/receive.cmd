@echo off
rem Receives films with DCMTK's storescp into the inbox that PneumoScreen watches. docs\BESIDE_THE_PACS.md. Never tried.
rem Who may send: a rule of the Windows firewall for this port and the addresses of your peers.
setlocal
set ROOT=%ProgramData%\PneumoScreen
for %%d in (incoming inbox archive) do if not exist "%ROOT%\%%d" mkdir "%ROOT%\%%d"
rem what a crash left between the two folders
move /Y "%ROOT%\incoming\*" "%ROOT%\inbox" >nul 2>&1
storescp --aetitle PNEUMOSCREEN --accept-all --disable-host-lookup --acse-timeout 30 --dimse-timeout 60 ^
  --output-directory "%ROOT%\incoming" --exec-sync --exec-on-reception "cmd /c move /Y ""#p\#f"" ""%ROOT%\inbox""" 11112
