<#
.SYNOPSIS
Starts a verification, waits until it is concluded, writes its record and ends with
0 passed, 1 failed, 2 inconclusive, 3 no verdict: refused, not reached, or not understood.

.EXAMPLE
$env:FUNCTION_KEY = '...'
./Verify-Restore.ps1 -FunctionUrl https://func-example.azurewebsites.net -RequestFile request.json

.NOTES
PowerShell 7.4 or newer. Run again with the same IdempotencyKey it goes on with the same verification.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [uri] $FunctionUrl,
    [Parameter(Mandatory)] [string] $RequestFile,
    [string] $IdempotencyKey = [guid]::NewGuid().ToString()
)
$ErrorActionPreference = 'Stop'

# The key goes in a header, never in the address: addresses stand in logs.
$call = @{
    Headers            = @{ 'x-functions-key' = $env:FUNCTION_KEY }
    SkipHttpErrorCheck = $true
    TimeoutSec         = 60
    MaximumRetryCount  = 4
    RetryIntervalSec   = 15
    MaximumRedirection = 0
}

try {
    $request = Get-Content -Raw $RequestFile | ConvertFrom-Json -AsHashtable
    if (-not $request.ContainsKey('idempotencyKey')) { $request['idempotencyKey'] = $IdempotencyKey }
    $start = [uri]::new($FunctionUrl, '/api/verifications')
    $reply = Invoke-WebRequest @call -Method Post -Uri $start -ContentType 'application/json' -Body ($request | ConvertTo-Json -Depth 10)
    while ($reply.StatusCode -eq 202) {
        $id = ($reply.Content | ConvertFrom-Json).id
        $wait = 30
        if ("$($reply.Headers['Retry-After'])" -match '^\d{1,3}$') { $wait = [int]"$($reply.Headers['Retry-After'])" }
        Write-Verbose "still running: $id, next look in $wait s"
        Start-Sleep -Seconds $wait
        $reply = Invoke-WebRequest @call -Uri ([uri]::new($FunctionUrl, "/api/verifications/$id"))
    }
    Write-Output $reply.Content
    if ($reply.StatusCode -ne 200) { exit 3 }
    $verdict = ($reply.Content | ConvertFrom-Json).verdict
} catch {
    Write-Warning "no verdict: $($_.Exception.Message)"
    exit 3
}

switch -CaseSensitive ($verdict) {
    'passed' { exit 0 }
    'failed' { exit 1 }
    'inconclusive' { exit 2 }
    default { exit 3 }
}
