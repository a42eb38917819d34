using Microsoft.Playwright;

namespace IdentityServer.BrowserTests.Fixtures;

/// <summary>An authenticator inside Chromium, with discoverable passkeys and a finger that always fits.</summary>
public static class VirtualAuthenticator
{
    public static async Task PlugInAsync(IPage page, bool autofill = false)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("WebAuthn.enable");
        await session.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
        if (!autofill)
        {
            // It would choose by itself, at once, what a person chooses in the list under the field.
            await page.AddInitScriptAsync("PublicKeyCredential.isConditionalMediationAvailable = async () => false");
        }
    }
}
