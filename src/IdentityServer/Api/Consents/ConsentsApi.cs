using System.Text.Json.Nodes;
using IdentityServer.Data;
using IdentityServer.Forms;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Api;

/// <summary><c>/api/consent</c> (§16.4).</summary>
internal sealed class ConsentsApi(Database database, ApiChanges changes)
{
    private const string Envelope = "consent";
    internal static readonly string[] Kept = ["consentEmailTemplateId", "countryMinimumAgeForSelfConsent", "emailPlus"];

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<ConsentsApi>(routes.ServiceProvider);
        const string Many = "/api/consent/{consentId?}";
        const string One = "/api/consent/{consentId}";
        var noun = ConsentShape.Noun;
        routes.MapApi("POST", Many, noun.Create, api.CreateAsync);
        routes.MapApi("GET", "/api/consent", ConsentShape.List, api.GetAsync);
        routes.MapApi("GET", One, noun.Get, api.GetAsync);
        routes.MapApi("PUT", One, noun.Replace, api.PutAsync);
        routes.MapApi("PATCH", One, noun.Patch, api.PatchAsync);
        routes.MapApi("DELETE", One, noun.Delete, api.DeleteAsync);
    }

    private async Task<ApiResult> CreateAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("consentId");
        var input = Read(request.Envelope(Envelope));
        return ApiResult.From(
            await changes.RunAsync<ConsentDefinition>(
                request,
                async change =>
                {
                    var outcome = await ConsentStore.CreateAsync(change.Db, id, input, change.Now, change.Cancellation);
                    if (!outcome.Failed(out _, out var row))
                    {
                        change.Audit("Created a consent", row.Id, null, Show(row));
                    }

                    return outcome;
                },
                cancellation),
            Answer);
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("consentId");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var found = await database.ReadAsync(
            (db, token) => db.ConsentDefinitions.Where(row => id == null || row.Id == id).OrderBy(row => row.Name).ToListAsync(token), cancellation);
        return id is null ? ApiResult.Ok(new JsonObject { ["consents"] = ApiJson.List(found.Select(Show)) })
            : found is [var one] ? ApiResult.Ok(Answer(one))
            : ApiResult.Missing;
    }

    private async Task<ApiResult> PutAsync(ApiRequest request, CancellationToken cancellation)
    {
        var input = Read(request.Envelope(Envelope));
        return ApiResult.From(await ReplaceAsync(request, _ => input, cancellation), Answer);
    }

    private async Task<ApiResult> PatchAsync(ApiRequest request, CancellationToken cancellation) => ApiResult.From(
        await ReplaceAsync(request, row => Patch.Apply(request, Envelope, Show(row), Read), cancellation), Answer);

    private Task<FieldResult<ConsentDefinition>?> ReplaceAsync(
        ApiRequest request, Func<ConsentDefinition, FieldResult<ConsentInput>> read, CancellationToken cancellation) =>
        ChangeAsync(
            request,
            async (change, row) =>
            {
                var before = Show(row);
                if (read(row).Failed(out var errors, out var input))
                {
                    return errors;
                }

                var outcome = await ConsentStore.ReplaceAsync(change.Db, row, input, change.Now, change.Cancellation);
                if (!outcome.Failed(out _, out _))
                {
                    change.Audit("Updated a consent", row.Id, before, Show(row));
                }

                return outcome;
            },
            cancellation);

    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation) =>
        ApiResult.From(await ChangeAsync(
            request,
            async (change, row) =>
            {
                var outcome = await ConsentStore.DeleteAsync(change.Db, row, change.Cancellation);
                if (!outcome.Failed(out _, out _))
                {
                    change.Audit("Deleted a consent", row.Id, Show(row), null);
                }

                return outcome;
            },
            cancellation));

    private async Task<FieldResult<ConsentDefinition>?> ChangeAsync(
        ApiRequest request, Func<ApiChange, ConsentDefinition, Task<FieldResult<ConsentDefinition>>> change, CancellationToken cancellation)
    {
        var id = request.PathId("consentId");
        return await changes.RunAsync<ConsentDefinition>(
            request,
            async run => await ConsentStore.LockAsync(run.Db, id!.Value, run.Cancellation) is { } row
                ? (FieldResult<ConsentDefinition>?)await change(run, row)
                : null,
            cancellation);
    }

    private static ConsentInput Read(JsonFields consent) => new(
        consent.Text("name"),
        consent.Number("defaultMinimumAgeForSelfConsent") ?? 0,
        consent.Texts("values", JsonFields.Short) ?? [],
        consent.Flag("multipleValuesAllowed"),
        ApiJson.Copy(consent.Others(Kept) ?? []).ToJsonString(ApiJson.Options),
        consent.Free("data").ToJsonString(ApiJson.Options));

    private static JsonObject Show(ConsentDefinition row)
    {
        var shown = new JsonObject
        {
            ["id"] = row.Id,
            ["name"] = row.Name,
            ["defaultMinimumAgeForSelfConsent"] = row.DefaultMinimumAgeForSelfConsent,
            ["values"] = new JsonArray([.. row.Values.Select(value => JsonValue.Create(value))]),
            ["multipleValuesAllowed"] = row.MultipleValuesAllowed,
            ["data"] = JsonNode.Parse(row.Data),
            ["insertInstant"] = row.CreatedAt.ToUnixTimeMilliseconds(),
            ["lastUpdateInstant"] = row.UpdatedAt.ToUnixTimeMilliseconds(),
        };
        foreach (var (name, value) in JsonNode.Parse(row.Others)!.AsObject())
        {
            shown[name] = value?.DeepClone();
        }

        return shown;
    }

    private static JsonObject Answer(ConsentDefinition row) => new() { [Envelope] = Show(row) };
}
