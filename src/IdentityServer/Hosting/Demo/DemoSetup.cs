using System.Text.Json.Nodes;
using IdentityServer.Applications;

namespace IdentityServer.Hosting;

/// <summary>What the demo consists of: one application for the sample client with a registration of two pages, and one person. It is a kickstart, built here instead of in a file.</summary>
internal sealed class DemoSetup(DemoCredentials credentials, string sampleUrl)
{
    /// <summary>The demo's person.</summary>
    public const string Email = "demo@example.com";

    private const string UserId = "0197a0c0-0000-7000-8000-000000000012";

    private static readonly Guid ApplicationId = new("0197a0c0-0000-7000-8000-000000000011");

    private string Callback => sampleUrl + "/callback";

    private string SignedOut => sampleUrl + "/signed-out";

    /// <summary>The sample application's <c>client_id</c>.</summary>
    public static string ClientId => ApplicationId.ToString();

    /// <summary>The kickstart of the first run.</summary>
    public JsonObject Kickstart() => new()
    {
        ["requests"] = new JsonArray([
            .. DemoForms.Requests().Select(request => Request("POST", request.Url, request.Body)),
            Request("POST", "/api/application/" + ClientId, new JsonObject
            {
                ["application"] = new JsonObject
                {
                    ["name"] = "Sample application",
                    ["oauthConfiguration"] = new JsonObject
                    {
                        ["authorizedRedirectURLs"] = new JsonArray(Callback),
                        ["logoutURL"] = sampleUrl,
                        ["clientSecret"] = credentials.ClientSecret,
                        ["proofKeyForCodeExchangePolicy"] = "Required",
                        ["relationship"] = "FirstParty",
                    },
                    ["registrationConfiguration"] = new JsonObject { ["enabled"] = true, ["type"] = "advanced", ["formId"] = DemoForms.Registration },
                    ["passwordlessConfiguration"] = new JsonObject { ["enabled"] = true },
                    ["formConfiguration"] = new JsonObject { ["selfServiceFormId"] = DemoForms.Profile },
                    ["clientMetadata"] = new JsonObject { ["post_logout_redirect_uris"] = new JsonArray(SignedOut), ["client_uri"] = sampleUrl },
                },
            }),
            Request("POST", "/api/user/registration/" + UserId, new JsonObject
            {
                ["user"] = new JsonObject
                {
                    ["email"] = Email,
                    ["password"] = credentials.Password,
                    ["firstName"] = "Demo",
                    ["lastName"] = "User",
                    ["fullName"] = "Demo User",
                },
                ["registration"] = new JsonObject
                {
                    ["applicationId"] = ClientId,
                    ["data"] = new JsonObject { ["minprice"] = 250000, ["maxprice"] = 400000, ["geographicarea"] = "Denver" },
                },
                ["skipVerification"] = true,
            }),
        ]),
    };

    /// <summary>
    /// What has to change when the sample client has moved to another address, or the file with the credentials was lost, since the
    /// demo was set up; otherwise nothing.
    /// </summary>
    public IEnumerable<KickstartRequest> Corrections(ApplicationCatalog applications)
    {
        if (applications.Find(ApplicationId) is not { } application)
        {
            yield break; // Somebody deleted it, and may.
        }

        if (!application.IsSecret(credentials.ClientSecret))
        {
            yield return new("PATCH", "/api/application/" + ClientId, null, null, new JsonObject
            {
                ["application"] = new JsonObject { ["oauthConfiguration"] = new JsonObject { ["clientSecret"] = credentials.ClientSecret } },
            });
            yield return new("PATCH", "/api/user/" + UserId, null, null, new JsonObject
            {
                ["user"] = new JsonObject { ["password"] = credentials.Password },
            });
        }

        if (!application.Settings.OauthConfiguration.AuthorizedRedirectUrls.Contains(Callback))
        {
            yield return new("PATCH", "/api/application/" + ClientId, null, null, new JsonObject
            {
                ["application"] = new JsonObject
                {
                    ["oauthConfiguration"] = new JsonObject { ["authorizedRedirectURLs"] = new JsonArray(Callback), ["logoutURL"] = sampleUrl },
                    ["clientMetadata"] = new JsonObject { ["post_logout_redirect_uris"] = new JsonArray(SignedOut) },
                },
            });
        }
    }

    private static JsonObject Request(string method, string url, JsonObject body) =>
        new() { ["method"] = method, ["url"] = url, ["body"] = body };
}
