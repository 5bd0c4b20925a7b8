; Inno Setup 6: iscc /DVersion=0.1.0 packaging\windows\pneumoscreen.iss, after `make bundle`. Makes dist\PneumoScreen-Setup.exe.
#ifndef Version
  #error Say /DVersion=...
#endif

[Setup]
AppId={{7B1C7F7E-3B63-4E0B-9C37-5B6E5A0B5D11}
AppName=PneumoScreen
AppVersion={#Version}
AppPublisher=PneumoScreen
DefaultDirName={autopf}\PneumoScreen
DefaultGroupName=PneumoScreen
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
LicenseFile=..\..\LICENSE
InfoBeforeFile=before.txt
SetupIconFile=..\..\build\made\pneumoscreen.ico
UninstallDisplayIcon={app}\PneumoScreen.exe
OutputDir=..\..\dist
OutputBaseFilename=PneumoScreen-Setup
Compression=lzma2/normal
SolidCompression=yes
WizardStyle=modern

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"

[CustomMessages]
en.Desktop=Put an icon on the desktop
de.Desktop=Symbol auf dem Desktop anlegen
en.Folders=Add "Screen with PneumoScreen" to the menu of folders
de.Folders=„Mit PneumoScreen durchsehen“ ins Menü der Ordner aufnehmen
en.Screen=Screen with PneumoScreen
de.Screen=Mit PneumoScreen durchsehen

[Files]
Source: "..\..\dist\PneumoScreen\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Tasks]
Name: desktop; Description: "{cm:Desktop}"
Name: folders; Description: "{cm:Folders}"

[Icons]
Name: "{autoprograms}\PneumoScreen"; Filename: "{app}\PneumoScreen.exe"
Name: "{autodesktop}\PneumoScreen"; Filename: "{app}\PneumoScreen.exe"; Tasks: desktop

[Registry]
Root: HKA; Subkey: "Software\Classes\Directory\shell\PneumoScreen"; ValueType: string; ValueData: "{cm:Screen}"; Flags: uninsdeletekey; Tasks: folders
Root: HKA; Subkey: "Software\Classes\Directory\shell\PneumoScreen\command"; ValueType: string; ValueData: """{app}\PneumoScreen.exe"" ""%1"""; Tasks: folders

[Run]
Filename: "{app}\PneumoScreen.exe"; Description: "Start PneumoScreen"; Flags: nowait postinstall skipifsilent
