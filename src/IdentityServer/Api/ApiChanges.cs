using System.Text.Json.Nodes;
using IdentityServer.Audit;
using IdentityServer.Data;

namespace IdentityServer.Api;

/// <summary>What a change runs in: the transaction, the time, and the caller for the audit log.</summary>
internal sealed record ApiChange(ServerDbContext Db, DateTimeOffset Now, string Actor, CancellationToken Cancellation)
{
    private const int MaxNames = 50;

    /// <summary>Notes the change: who, what, and the names of the fields that are different now.</summary>
    public void Audit(string what, Guid id, JsonObject? before, JsonObject? after) =>
        AuditLog.Add(Db, Actor, what, new Dictionary<string, string>
        {
            ["id"] = id.ToString(),
            ["fields"] = string.Join(' ', ChangedFields.Between(before, after).Take(MaxNames)),
        }, Now);
}

/// <summary>Carries out changes: one transaction each, nothing kept of one that is refused, catalogs in step before the answer.</summary>
internal sealed class ApiChanges(Database database, CatalogRefresh catalogs, TimeProvider clock)
{
    /// <summary>Runs a change. It may run again, so it touches nothing but the database.</summary>
    public async Task<FieldResult<T>?> RunAsync<T>(ApiRequest request, Func<ApiChange, Task<FieldResult<T>?>> change, CancellationToken cancellation)
        where T : class
    {
        if (request.Errors.Any)
        {
            return request.Errors;
        }

        FieldResult<T>? outcome;
        try
        {
            outcome = await WriteAsync(request, change, cancellation);
        }
        catch (Exception exception) when (DatabaseErrors.IsDuplicate(exception, out _) || DatabaseErrors.IsMissingReference(exception))
        {
            // Somebody else was faster between our look and our write. The second look sees it, and names the field.
            outcome = await WriteAsync(request, change, cancellation);
        }

        if (outcome is { } result && !result.Failed(out _, out _))
        {
            // Not cancelled with the request: the change has happened, and this node must act on it.
            await catalogs.RefreshAsync(CancellationToken.None);
        }

        return outcome;
    }

    private Task<FieldResult<T>?> WriteAsync<T>(ApiRequest request, Func<ApiChange, Task<FieldResult<T>?>> change, CancellationToken cancellation)
        where T : class =>
        database.WriteAsync(
            async (db, token) =>
            {
                var outcome = await change(new ApiChange(db, clock.GetUtcNow(), request.Caller.Actor, token));
                if (outcome is not { } result || result.Failed(out _, out _))
                {
                    db.ChangeTracker.Clear();
                }

                return outcome;
            },
            cancellation);
}
