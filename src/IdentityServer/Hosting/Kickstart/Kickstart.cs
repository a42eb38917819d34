using System.Security.Cryptography;
using System.Text.Json.Nodes;
using IdentityServer.ApiKeys;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Tenants;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace IdentityServer.Hosting;

/// <summary>
/// Carries out a kickstart file, once per database: at the first start that gets as far as this, with or without a file. Each
/// request is all or nothing, as every call of the management API is. One that is refused stops the start with a message; what
/// was done before it is kept and noted, so that after the file is corrected the next start goes on with that very request. If
/// the server was killed between a request and the note of it, the request is refused as a duplicate when it is repeated; that
/// counts as done.
/// </summary>
internal sealed partial class Kickstart(
    Database database, MasterKey masterKey, TenantCatalog tenants, CatalogRefresh catalogs, InProcess server, TimeProvider clock, ILogger<Kickstart> log)
{
    private const long Finished = -1;
    private const long AdvisoryLock = 0x49445356_4B49434B;

    /// <summary>
    /// Carries out the file unless this database is past it. <paramref name="marker"/> names the note that says how far it got, and
    /// <paramref name="name"/> the file in messages.
    /// </summary>
    /// <exception cref="InvalidDataException">The file has mistakes, or a request was refused.</exception>
    public async Task RunAsync(string marker, string name, Func<JsonObject>? read, CancellationToken cancellation)
    {
        // Several nodes may start at once on an empty database; the lock ends with the connection, even if the process dies.
        await using var guard = database.Open();
        if (guard.Database.IsNpgsql())
        {
            await guard.Database.OpenConnectionAsync(cancellation);
            await guard.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({AdvisoryLock})", cancellation);
        }

        var progress = await ReadMarkerAsync(marker, cancellation);
        if (progress == Finished)
        {
            if (read is not null)
            {
                LogSkipped(name);
            }

            return;
        }

        if (read is null)
        {
            await WriteMarkerAsync(marker, Finished, cancellation);
            return;
        }

        try
        {
            await RunAsync(marker, name, read(), progress, cancellation);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"Kickstart {name}: {exception.Message}", exception);
        }
    }

    private async Task RunAsync(string marker, string name, JsonObject file, long? progress, CancellationToken cancellation)
    {
        var seed = await SeedAsync(marker, cancellation);
        var text = new KickstartText(purpose => masterKey.Derive($"kickstart:{seed}:{purpose}"), tenants.Default.Id);
        var plan = KickstartReader.Read(file, text);
        if (progress is null)
        {
            await CreateKeysAsync(plan.Keys, marker, cancellation);
        }

        var done = (int)(progress ?? 0);
        for (var index = done; index < plan.Requests.Count; index++)
        {
            var (status, body) = await server.SendAsync(plan.Requests[index], cancellation);
            var repeated = progress is not null && index == done && IsDuplicate(status, body);
            if (status is < 200 or > 299 && !repeated)
            {
                throw new InvalidDataException(Refusal(plan, index, status, body));
            }

            await WriteMarkerAsync(marker, index + 1, cancellation);
        }

        await WriteMarkerAsync(marker, Finished, cancellation);
        LogDone(name, plan.Keys.Count, plan.Requests.Count);
    }

    private static string Refusal(KickstartPlan plan, int index, int status, string body)
    {
        var request = plan.Requests[index];
        return $"request {index + 1} of {plan.Requests.Count}, {request.Method} {request.Url}, was answered with {status}"
            + (body.Length == 0 ? "." : ":\n  " + body)
            + $"\nNothing of this request was kept. Correct it and start again: the {index} before it are done and will not be repeated.";
    }

    private static bool IsDuplicate(int status, string body) =>
        status == StatusCodes.Status400BadRequest
        && JsonNode.Parse(body) is JsonObject answer
        && answer["generalErrors"] is null
        && answer["fieldErrors"] is JsonObject { Count: > 0 } fields
        && fields.All(field => field.Value!.AsArray().All(error => error!["code"]!.GetValue<string>().StartsWith("[duplicate]", StringComparison.Ordinal)));

    private async Task CreateKeysAsync(IReadOnlyList<ApiKeyInput> keys, string marker, CancellationToken cancellation)
    {
        // What is thrown takes the whole transaction back: all keys or none.
        await database.WriteAsync(
            async (db, token) =>
            {
                var now = clock.GetUtcNow();
                for (var index = 0; index < keys.Count; index++)
                {
                    if (keys[index].TenantId is { } tenant && tenant != tenants.Default.Id)
                    {
                        throw new InvalidDataException($"apiKeys[{index}].tenantId: there is no such tenant.");
                    }

                    if ((await ApiKeyStore.CreateAsync(db, null, keys[index], now, token)).Failed(out var errors, out var created))
                    {
                        throw new InvalidDataException(
                            string.Join("\n  ", errors.Fields.Select(error => $"apiKeys[{index}], {error.Field}: {error.Message}")));
                    }

                    AuditLog.Add(db, AuditLog.System, "API key created", new Dictionary<string, string> { ["id"] = created.Row.Id.ToString() }, now);
                    await db.SaveChangesAsync(token); // So that the next key is compared with this one.
                }

                await SetAsync(db, marker, 0, token);
            },
            cancellation);
        await catalogs.RefreshAsync(cancellation);
    }

    private async Task<long> SeedAsync(string marker, CancellationToken cancellation)
    {
        var name = marker + "-seed";
        if (await ReadMarkerAsync(name, cancellation) is { } known)
        {
            return known;
        }

        var seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
        await WriteMarkerAsync(name, seed, cancellation);
        return seed;
    }

    private Task<long?> ReadMarkerAsync(string marker, CancellationToken cancellation) => database.ReadAsync(
        (db, token) => db.Markers.Where(row => row.Name == marker).Select(row => (long?)row.Value).SingleOrDefaultAsync(token), cancellation);

    private Task WriteMarkerAsync(string marker, long value, CancellationToken cancellation) =>
        database.WriteAsync((db, token) => SetAsync(db, marker, value, token), cancellation);

    private static async Task SetAsync(ServerDbContext db, string marker, long value, CancellationToken cancellation)
    {
        if (await db.Markers.Where(row => row.Name == marker).ExecuteUpdateAsync(set => set.SetProperty(row => row.Value, value), cancellation) == 0)
        {
            db.Markers.Add(new Marker { Name = marker, Value = value });
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Kickstart {Name} is done: {Keys} API keys, {Requests} requests.")]
    private partial void LogDone(string name, int keys, int requests);

    [LoggerMessage(Level = LogLevel.Information, Message = "Kickstart {Name} is left alone: this database has been started before.")]
    private partial void LogSkipped(string name);
}
