using System.Text.Json.Nodes;
using IdentityServer.Audit;
using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Api;

/// <summary><c>/api/system/audit-log</c> (§18): what was done by whom, and entries that other systems add.</summary>
internal sealed class AuditLogApi(Database database, ApiChanges changes)
{
    private const string Envelope = "auditLog";
    private const int MaxValue = 65_536;

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<AuditLogApi>(routes.ServiceProvider);
        routes.MapApi("POST", "/api/system/audit-log", AuditLogShape.Noun.Create with { Remarks = null }, api.CreateAsync);
        routes.MapApi("GET", "/api/system/audit-log/{id}", AuditLogShape.Noun.Get, api.GetAsync);
        routes.MapApi("GET", "/api/system/audit-log/search", AuditLogShape.Search.ByGet, api.SearchAsync);
        routes.MapApi("POST", "/api/system/audit-log/search", AuditLogShape.Search.ByPost, api.SearchAsync);
    }

    private async Task<ApiResult> CreateAsync(ApiRequest request, CancellationToken cancellation)
    {
        var fields = request.Envelope(Envelope);
        var (user, message, reason) = (fields.Text("insertUser"), fields.Text("message", JsonFields.Long), fields.Text("reason", JsonFields.Long));
        var (data, before, after) = (Value(fields, "data"), Value(fields, "oldValue"), Value(fields, "newValue"));
        if (!request.Errors.Any)
        {
            Require(request, user, "insertUser");
            Require(request, message, "message");
        }

        return ApiResult.From(
            await changes.RunAsync<AuditEntry>(
                request,
                async change =>
                {
                    var entry = new AuditEntry
                    {
                        // Nobody writes in another's name: the key stands before the name that its holder gives.
                        Actor = $"{change.Actor} ({user})",
                        Instant = change.Now,
                        Message = message!,
                        Data = data,
                        Reason = reason,
                        OldValue = before,
                        NewValue = after,
                    };
                    change.Db.AuditEntries.Add(entry);
                    await change.Db.SaveChangesAsync(change.Cancellation);
                    return entry;
                },
                cancellation),
            Answer);
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation)
    {
        var number = request.PathNumber("id");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var entry = await database.ReadAsync((db, token) => db.AuditEntries.FirstOrDefaultAsync(row => row.Id == number, token), cancellation);
        return entry is null ? ApiResult.Missing : ApiResult.Ok(Answer(entry));
    }

    private async Task<ApiResult> SearchAsync(ApiRequest request, CancellationToken cancellation)
    {
        var criteria = SearchCriteria.Of(request);
        var (user, message, reason) = (criteria.Text("user"), criteria.Text("message"), criteria.Text("reason"));
        var (before, after) = (criteria.Text("oldValue"), criteria.Text("newValue"));
        var (start, end, first, count) = (criteria.Instant("start"), criteria.Instant("end"), criteria.StartRow(), criteria.NumberOfResults());
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        await using var db = database.Open();
        var matching = db.AuditEntries
            .Where(row => (start == null || row.Instant >= start) && (end == null || row.Instant < end))
            .Filter(row => row.Message, message)
            .Filter(row => row.Reason!, reason)
            .Filter(row => row.OldValue!, before)
            .Filter(row => row.NewValue!, after);

        // A whole id, of a user or a key, is looked up; anything else has to be looked for.
        matching = Guid.TryParseExact(user, "D", out var id) ? matching.Where(row => row.Actor == id.ToString()) : matching.Filter(row => row.Actor, user);
        var found = await matching.OrderByDescending(row => row.Id).Skip(first).Take(count).ToListAsync(cancellation);
        return ApiResult.Ok(new JsonObject
        {
            ["auditLogs"] = ApiJson.List(found.Select(Show)),
            ["total"] = await matching.CountAsync(cancellation),
        });
    }

    private static string? Value(JsonFields fields, string name)
    {
        var text = fields.Anything(name)?.ToJsonString(ApiJson.Options);
        if (text?.Length > MaxValue)
        {
            fields.TooLong(name, MaxValue);
        }

        return text;
    }

    private static void Require(ApiRequest request, string? text, string name)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            request.Errors.Add($"{Envelope}.{name}", "blank", $"An entry needs the member {name}.");
        }
    }

    private static JsonObject Answer(AuditEntry entry) => new() { [Envelope] = Show(entry) };

    private static JsonObject Show(AuditEntry entry) => ApiJson.WithoutNulls(new()
    {
        ["id"] = entry.Id,
        ["insertInstant"] = entry.Instant.ToUnixTimeMilliseconds(),
        ["insertUser"] = entry.Actor,
        ["message"] = entry.Message,
        ["data"] = entry.Data is null ? new JsonObject() : JsonNode.Parse(entry.Data),
        ["reason"] = entry.Reason,
        ["oldValue"] = entry.OldValue is null ? null : JsonNode.Parse(entry.OldValue),
        ["newValue"] = entry.NewValue is null ? null : JsonNode.Parse(entry.NewValue),
    });
}
