module keyvault-flexvol/bench/floor

go 1.26
