{
  description = "coda, a personal assistant that keeps its word about time";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "aarch64-darwin" ];
      each = nixpkgs.lib.genAttrs systems;
      source = ../..;
    in {
      packages = each (system:
        let pkgs = nixpkgs.legacyPackages.${system}; in rec {
          default = coda;
          coda = pkgs.buildNpmPackage {
            pname = "coda";
            version = (builtins.fromJSON (builtins.readFile (source + "/package.json"))).version;
            src = source;
            nodejs = pkgs.nodejs_24;
            # docs/releasing.md: from `prefetch-npm-deps package-lock.json`, anew with each change of the lockfile.
            npmDepsHash = nixpkgs.lib.fakeHash;
            npmFlags = [ "--ignore-scripts" ];
            meta = { mainProgram = "coda"; license = pkgs.lib.licenses.mit; };
          };
        });

      nixosModules.default = { config, lib, pkgs, ... }:
        let cfg = config.services.coda; in {
          options.services.coda = {
            enable = lib.mkEnableOption "coda";
            listen = lib.mkOption { type = lib.types.str; default = "127.0.0.1:8321"; };
          };
          config = lib.mkIf cfg.enable {
            systemd.services.coda = {
              wantedBy = [ "multi-user.target" ];
              after = [ "network-online.target" ];
              wants = [ "network-online.target" ];
              environment = { CODA_DATA = "/var/lib/coda"; CODA_HTTP_LISTEN = cfg.listen; };
              serviceConfig = {
                ExecStart = "${lib.getExe self.packages.${pkgs.system}.coda} run";
                DynamicUser = true;
                StateDirectory = "coda";
                Restart = "on-failure";
                RestartPreventExitStatus = "64 66 78";
                TimeoutStopSec = 20;
              };
            };
          };
        };
    };
}
