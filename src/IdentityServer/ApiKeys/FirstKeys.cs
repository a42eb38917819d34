using IdentityServer.Audit;
using IdentityServer.Data;

namespace IdentityServer.ApiKeys;

/// <summary>Makes keys outside the management API, which needs one to begin with: in <c>/setup</c> and by the command <c>create-key</c>.</summary>
public static class FirstKeys
{
    /// <summary>Makes a key in a transaction of its own, with a row in the audit log.</summary>
    public static Task<FieldResult<CreatedApiKey>> CreateAsync(
        Database database, ApiKeyInput input, string actor, DateTimeOffset now, CancellationToken cancellation) => database.WriteAsync(
        async (db, token) =>
        {
            var outcome = await ApiKeyStore.CreateAsync(db, null, input, now, token);
            if (!outcome.Failed(out _, out var key))
            {
                AuditLog.Add(db, actor, "API key created", new Dictionary<string, string> { ["id"] = key.Row.Id.ToString() }, now);
            }

            return outcome;
        },
        cancellation);
}
