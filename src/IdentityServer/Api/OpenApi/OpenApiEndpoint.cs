using System.Text.Json.Nodes;
using IdentityServer.Themes;
using Microsoft.Net.Http.Headers;

namespace IdentityServer.Api;

/// <summary><c>/api/openapi.json</c> and <c>/api/reference</c>: the management API described for programs and for people, without a key.</summary>
internal sealed class OpenApiEndpoint(EndpointDataSource endpoints, PublicAddress address)
{
    private const string Document = "/api/openapi.json";

    // Routes are fixed, and the address is known, by the time of the first request.
    private readonly Lazy<Described> described = new(() => Describe(endpoints, address));

    /// <summary>Maps both.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        // All routes of the program: those of this builder alone would do here, but not where it is embedded in a group of another's.
        var endpoints = routes.ServiceProvider.GetRequiredService<EndpointDataSource>();
        var endpoint = new OpenApiEndpoint(endpoints, routes.ServiceProvider.GetRequiredService<PublicAddress>());
        routes.MapGet(Document, endpoint.ShowDocument).ExcludeFromDescription();
        routes.MapGet(ReferencePage.Path, () => Page.Show(endpoint.described.Value.Page)).ExcludeFromDescription();
    }

    private IResult ShowDocument(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-cache";
        return Results.Bytes(described.Value.Json, "application/json", entityTag: new EntityTagHeaderValue($"\"{described.Value.Hash}\""));
    }

    private static Described Describe(EndpointDataSource endpoints, PublicAddress address)
    {
        var document = OpenApiDocument.Write(endpoints.Endpoints, address.Value, StatusApi.Version);
        var json = System.Text.Encoding.UTF8.GetBytes(document.ToJsonString(ApiJson.Options));
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(json))[..16];
        return new Described(json, hash, ReferencePage.Of(document, address.Value, Document));
    }

    private sealed record Described(byte[] Json, string Hash, ReferencePage Page);
}
