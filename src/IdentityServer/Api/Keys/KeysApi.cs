using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using IdentityServer.Data;
using IdentityServer.Keys;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Api;

/// <summary>
/// <c>/api/key</c> (§15): keys that an application can be told to sign with. Those that the server makes and rotates by itself are not
/// among them. What is secret in a key goes in only.
/// </summary>
internal sealed class KeysApi(Database database, ManagedKeyStore store, ApiChanges changes)
{
    private const string Envelope = "key";
    private const int MaxPem = 16_384;

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<KeysApi>(routes.ServiceProvider);
        const string One = "/api/key/{keyId}";
        routes.MapApi("POST", "/api/key/generate/{keyId?}", KeyShape.Generate, (request, cancellation) => api.AddAsync(request, "Generated a key", store: api.GenerateAsync, cancellation));
        routes.MapApi("POST", "/api/key/import/{keyId?}", KeyShape.Import, (request, cancellation) => api.AddAsync(request, "Imported a key", store: api.ImportAsync, cancellation));
        routes.MapApi("GET", "/api/key", KeyShape.List, api.GetAsync);
        routes.MapApi("GET", One, KeyShape.Noun.Get, api.GetAsync);
        routes.MapApi("GET", "/api/key/search", KeyShape.Search.ByGet, api.SearchAsync);
        routes.MapApi("POST", "/api/key/search", KeyShape.Search.ByPost, api.SearchAsync);
        routes.MapApi("PUT", One, KeyShape.Rename, api.PutAsync);
        routes.MapApi("DELETE", One, KeyShape.Noun.Delete, api.DeleteAsync);
    }

    private Task<FieldResult<ManagedKey>> GenerateAsync(ApiChange change, Guid? id, KeyInput input) =>
        store.GenerateAsync(change.Db, id, input, change.Now, change.Cancellation);

    private Task<FieldResult<ManagedKey>> ImportAsync(ApiChange change, Guid? id, KeyInput input) =>
        store.ImportAsync(change.Db, id, input, change.Now, change.Cancellation);

    private async Task<ApiResult> AddAsync(
        ApiRequest request, string what, Func<ApiChange, Guid?, KeyInput, Task<FieldResult<ManagedKey>>> store, CancellationToken cancellation)
    {
        var (id, fields) = (request.PathId("keyId"), request.Envelope(Envelope));
        var input = new KeyInput
        {
            Name = fields.Text("name"),
            Algorithm = fields.Text("algorithm"),
            Length = fields.Number("length"),
            Issuer = fields.Text("issuer"),
            Kid = fields.Text("kid"),
            PrivateKey = fields.Text("privateKey", MaxPem),
            PublicKey = fields.Text("publicKey", MaxPem),
            Certificate = fields.Text("certificate", MaxPem),
            Secret = fields.Text("secret", JsonFields.Long),
        };
        return ApiResult.From(
            await changes.RunAsync<ManagedKey>(
                request,
                async change =>
                {
                    var outcome = await store(change, id, input);
                    if (!outcome.Failed(out _, out var key))
                    {
                        change.Audit(what, key.Id, null, Show(key));
                    }

                    return outcome;
                },
                cancellation),
            Answer);
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("keyId");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var found = await database.ReadAsync(
            (db, token) => db.ManagedKeys.Where(row => id == null || row.Id == id).OrderBy(row => row.Name).ToListAsync(token), cancellation);
        return id is null ? ApiResult.Ok(new JsonObject { ["keys"] = ApiJson.List(found.Select(Show)) })
            : found is [var one] ? ApiResult.Ok(Answer(one))
            : ApiResult.Missing;
    }

    private async Task<ApiResult> SearchAsync(ApiRequest request, CancellationToken cancellation)
    {
        var criteria = SearchCriteria.Of(request);
        var (name, algorithm, type) = (criteria.Text("name"), criteria.Text("algorithm"), criteria.Text("type"));
        var (start, count, (_, descending)) = (criteria.StartRow(), criteria.NumberOfResults(), criteria.OrderBy("name"));
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        await using var db = database.Open();
        var matching = db.ManagedKeys
            .Where(row => (algorithm == null || row.Algorithm == algorithm) && (type == null || row.Type == type))
            .Filter(row => row.Name, name);
        var sorted = descending ? matching.OrderByDescending(row => row.Name) : matching.OrderBy(row => row.Name);
        return ApiResult.Ok(new JsonObject
        {
            ["keys"] = ApiJson.List((await sorted.Skip(start).Take(count).ToListAsync(cancellation)).Select(Show)),
            ["total"] = await matching.CountAsync(cancellation),
        });
    }

    private async Task<ApiResult> PutAsync(ApiRequest request, CancellationToken cancellation)
    {
        var (id, name) = (request.PathId("keyId"), request.Envelope(Envelope).Text("name"));
        return ApiResult.From(
            await changes.RunAsync<ManagedKey>(
                request,
                async change =>
                {
                    var outcome = await ManagedKeyStore.RenameAsync(change.Db, id!.Value, name, change.Now, change.Cancellation);
                    if (outcome is { } result && !result.Failed(out _, out var key))
                    {
                        change.Audit("Renamed a key", key.Id, null, Show(key));
                    }

                    return outcome;
                },
                cancellation),
            Answer);
    }

    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("keyId");
        return ApiResult.From(await changes.RunAsync<ManagedKey>(
            request,
            async change =>
            {
                if (await change.Db.ManagedKeys.SingleOrDefaultAsync(row => row.Id == id, change.Cancellation) is not { } key)
                {
                    return null;
                }

                // An application names its keys in its settings, and nothing else there looks like this id.
                var text = key.Id.ToString();
                if (await change.Db.Applications.AnyAsync(row => row.Settings.Contains(text), change.Cancellation))
                {
                    return new FieldErrors().Add("keyId", "inUse", "An application signs with this key.");
                }

                change.Db.ManagedKeys.Remove(key);
                await CatalogVersion.BumpAsync(change.Db, change.Cancellation);
                change.Audit("Deleted a key", key.Id, Show(key), null);
                return key;
            },
            cancellation));
    }

    private static JsonObject Answer(ManagedKey key) => new() { [Envelope] = Show(key) };

    private static JsonObject Show(ManagedKey key) => ApiJson.WithoutNulls(new()
    {
        ["id"] = key.Id,
        ["name"] = key.Name,
        ["algorithm"] = key.Algorithm,
        ["type"] = key.Type,
        ["length"] = key.Length,
        ["kid"] = key.Kid,
        ["issuer"] = key.Issuer,
        ["publicKey"] = key.PublicKey,
        ["certificate"] = key.Certificate,
        ["certificateInformation"] = key.Certificate is null ? null : Information(key.Certificate),
        ["expirationInstant"] = key.ExpiresAt?.ToUnixTimeMilliseconds(),
        ["hasPrivateKey"] = key.SealedPrivateKey is not null && key.PublicKey is not null,
        ["insertInstant"] = key.CreatedAt.ToUnixTimeMilliseconds(),
        ["lastUpdateInstant"] = key.UpdatedAt.ToUnixTimeMilliseconds(),
    });

    private static JsonObject Information(string pem)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return new JsonObject
        {
            ["issuer"] = certificate.Issuer,
            ["subject"] = certificate.Subject,
            ["serialNumber"] = certificate.SerialNumber,
            ["validFrom"] = new DateTimeOffset(certificate.NotBefore).ToUnixTimeMilliseconds(),
            ["validTo"] = new DateTimeOffset(certificate.NotAfter).ToUnixTimeMilliseconds(),
        };
    }
}
