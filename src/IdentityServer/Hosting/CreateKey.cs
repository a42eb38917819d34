using IdentityServer.ApiKeys;
using IdentityServer.Audit;
using IdentityServer.Data;

namespace IdentityServer.Hosting;

/// <summary>The command <c>create-key</c>: a key of the management API, for whoever can reach the database. It alone is written to standard output.</summary>
internal static class CreateKey
{
    /// <summary>Runs the command.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var rest = args.ToList();
        var name = CommandArguments.Take(rest, "--name");
        var keyManager = rest.Remove("--key-manager");
        var allowed = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        while (CommandArguments.Take(rest, "--allow") is { } allow)
        {
            if (allow.Split('=') is not [var endpoint, var methods] || !endpoint.StartsWith('/'))
            {
                return Commands.Misused($"--allow names an endpoint and its methods, such as /api/user=GET,POST, and not '{allow}'.");
            }

            allowed[endpoint] = methods.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }

        if (string.IsNullOrWhiteSpace(name) || rest.Exists(arg => arg.StartsWith("--allow", StringComparison.Ordinal)))
        {
            return Commands.Misused("create-key needs --name <name>, and --allow an endpoint with its methods behind it.");
        }

        await using var app = Server.Build([.. rest], builder => builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        foreach (var startup in app.Services.GetServices<IHostedService>().OfType<Startup>())
        {
            await startup.StartingAsync(CancellationToken.None);
        }

        var now = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        var input = new ApiKeyInput { Name = name, Permissions = new ApiKeyPermissions(allowed), KeyManager = keyManager };
        var created = await FirstKeys.CreateAsync(app.Services.GetRequiredService<Database>(), input, AuditLog.System, now, CancellationToken.None);
        if (created.Failed(out var errors, out var made))
        {
            return Commands.Fail(string.Join('\n', errors.Fields.Concat(errors.General).Select(error => error.Message)));
        }

        await Task.Delay(CatalogRefresh.Poll * 1.5); // Servers that run know the key by then: a script may use it at once.
        return Commands.Say(made.Key);
    }
}
