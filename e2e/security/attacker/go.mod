module keyvault-flexvol/e2e/attacker

go 1.26
