using System.Net;
using System.Text;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Protocol;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Fixtures;

/// <summary>Requests to the endpoints for programs with every byte in the test's hand, and what their answers must look like.</summary>
public static class Endpoint
{
    public const string Token = "/oauth2/token";
    public const string Introspect = "/oauth2/introspect";
    public const string Revoke = "/oauth2/revoke";
    public const string UserInfo = "/oauth2/userinfo";

    /// <summary>Posts a form.</summary>
    public static Task<TokenAnswer> PostFormAsync(this TestServer server, string path, string? authorization, params (string Name, string Value)[] fields)
    {
        var content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return server.SendAsync(HttpMethod.Post, path, authorization, content);
    }

    /// <summary>Sends anything.</summary>
    public static async Task<TokenAnswer> SendAsync(
        this TestServer server, HttpMethod method, string path, string? authorization = null, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var client = server.NewClient();
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await TokenAnswer.ReadAsync(await client.SendAsync(request));
    }

    /// <summary>An <c>Authorization</c> header by RFC 6749 §2.3.1: each part form-encoded.</summary>
    public static string Basic(string clientId, string secret) =>
        "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{WebUtility.UrlEncode(clientId)}:{WebUtility.UrlEncode(secret)}"));

    /// <summary>An <c>Authorization</c> header by RFC 6750 §2.1.</summary>
    public static string Bearer(string token) => "Bearer " + token;

    /// <summary>RFC 6749 §5.2: the error as a program reads it, and the headers that go with it.</summary>
    public static void MustRefuse(this TokenAnswer answer, HttpStatusCode status, string error, string reason, string description)
    {
        Assert.Equal((status, error, reason, description), (
            answer.Status,
            answer.Error,
            answer.Json.GetProperty("error_reason").GetString(),
            answer.Json.GetProperty("error_description").GetString()));
        Assert.Equal(["error", "error_description", "error_reason"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("application/json", answer.Response.Content.Headers.ContentType?.ToString());
        answer.MustNotBeKept();
    }

    /// <summary>The same with what every refusal of a client says, and its challenge.</summary>
    public static void MustRefuseClient(this TokenAnswer answer)
    {
        answer.MustRefuse(HttpStatusCode.Unauthorized, "invalid_client", "invalid_client_authentication", "Client authentication failed.");
        Assert.Equal("Basic realm=\"IdentityServer\"", answer.Response.Headers.WwwAuthenticate.ToString());
    }

    /// <summary>A code that can't be redeemed, whatever the cause.</summary>
    public static void MustRefuseCode(this TokenAnswer answer) =>
        answer.MustRefuse(HttpStatusCode.BadRequest, "invalid_grant", "auth_code_not_found", "The authorization code is unknown, expired or already used.");

    /// <summary>A refresh token that can't be redeemed, whatever the cause.</summary>
    public static void MustRefuseRefreshToken(this TokenAnswer answer) =>
        answer.MustRefuse(
            HttpStatusCode.BadRequest, "invalid_grant", "refresh_token_not_found", "The refresh token is unknown, expired, revoked or already used.");

    /// <summary>RFC 6750 §3.1: a token that is good for nothing.</summary>
    public static void MustRefuseAccessToken(this TokenAnswer answer)
    {
        answer.MustRefuse(HttpStatusCode.Unauthorized, "invalid_token", "access_token_invalid", "The access token is not valid.");
        Assert.Equal(
            "Bearer realm=\"IdentityServer\", error=\"invalid_token\", error_description=\"The access token is not valid.\"",
            answer.Response.Headers.WwwAuthenticate.ToString());
    }

    /// <summary>RFC 6749 §5.1.</summary>
    public static void MustNotBeKept(this TokenAnswer answer)
    {
        Assert.Equal("no-store", answer.Response.Headers.CacheControl?.ToString());
        Assert.Equal("no-cache", answer.Response.Headers.Pragma.ToString());
        Assert.Equal("nosniff", answer.Response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    /// <summary>The answer with tokens in it; it throws where there are none.</summary>
    public static TokenAnswer Expect(this TokenAnswer answer)
    {
        Assert.True(answer.Status is HttpStatusCode.OK, $"{answer.Status}: {answer.Json}");
        return answer;
    }

    /// <summary>Changes an application as an admin would.</summary>
    public static async Task ChangeAsync(this TestServer server, Application application, Action<ServerDbContext, StoredApplication> change)
    {
        await server.Get<Database>().WriteAsync(
            async (db, token) =>
            {
                change(db, await db.Applications.SingleAsync(row => row.Id == application.Id, token));
                await CatalogVersion.BumpAsync(db, token);
            },
            CancellationToken.None);
        await server.Get<CatalogRefresh>().RefreshAsync(CancellationToken.None);
    }

    /// <summary>Defines a scope of an application.</summary>
    public static Task AddScopeAsync(this TestServer server, Application application, string name) =>
        server.ChangeAsync(application, (db, stored) => db.Scopes.Add(new StoredScope
        {
            Id = Guid.CreateVersion7(),
            ApplicationId = stored.Id,
            Name = name,
            CreatedAt = stored.CreatedAt,
            UpdatedAt = stored.CreatedAt,
        }));

    /// <summary>All grants there are.</summary>
    public static OauthConfiguration AllGrants(OauthConfiguration oauth) =>
        oauth with { EnabledGrants = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.ClientCredentials] };
}
