using System.Text;
using IdentityServer.Themes;
using QRCoder;

namespace IdentityServer.Factors;

/// <summary>Set an authenticator app up, confirmed by its first code. Posts <c>step=set_up_factor</c>, <c>offer</c>, <c>name</c> and <c>code</c>.</summary>
public sealed record SetUpFactorPage : IPage<SetUpFactorPage>, IPostsBack, IRepeatable, INavigable
{
    private static readonly byte[] SampleSecret = [.. Enumerable.Range(1, Totp.SecretBytes).Select(number => (byte)number)];

    /// <inheritdoc/>
    public static string Template => "set-up-factor";

    /// <inheritdoc/>
    public static SetUpFactorPage Sample => new()
    {
        Action = "/oauth2/authorize?client_id=sample&scope=openid",
        Interaction = "sealed",
        Application = new ApplicationView("Sample Shop", "https://shop.example", null, "https://shop.example/privacy", "https://shop.example/terms"),
        Account = new AccountView("Ada Lovelace", "ada@example.com"),
        Offer = "sealed",
        Secret = Spell(SampleSecret),
        Picture = Draw("otpauth://totp/example"),
        Address = "otpauth://totp/example",
        CanStartOver = true,
    };

    /// <inheritdoc/>
    public static IReadOnlyList<SetUpFactorPage> Samples =>
        [Sample, Sample with { Interaction = null, CanStartOver = false, Application = null, BackUrl = "/account/two-factor", Name = "Phone", Errors = FactorFindings.Wrong() }];

    /// <inheritdoc/>
    public required string Action { get; init; }

    /// <summary>What is remembered between pages, sealed.</summary>
    public string? Interaction { get; init; }

    /// <summary>The application that asks; null on the account's own page.</summary>
    public ApplicationView? Application { get; init; }

    /// <summary>Whose factor.</summary>
    public required AccountView Account { get; init; }

    /// <summary>The new secret, sealed.</summary>
    public required string Offer { get; init; }

    /// <summary>The secret, to be typed or copied.</summary>
    public required string Secret { get; init; }

    /// <summary>The address for apps on this very device.</summary>
    public required string Address { get; init; }

    /// <summary>The same as a picture, for the app's camera: a data address.</summary>
    public required string Picture { get; init; }

    /// <summary>What the person calls it.</summary>
    public string? Name { get; init; }

    /// <summary>The way to the other pages of the account; null where a request waits.</summary>
    public NavigationView? Navigation { get; init; }

    /// <summary>Where the account's own page goes back to.</summary>
    public string? BackUrl { get; init; }

    /// <summary>Whether the person can go back to the sign-in.</summary>
    public bool CanStartOver { get; init; }

    /// <summary>What was wrong with the last try.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Where the cursor starts.</summary>
    public string? Focus => Errors.Any ? FactorFindings.Code : null;

    /// <summary>The page for a secret.</summary>
    public static SetUpFactorPage Of(string action, AccountView account, string issuer, string accountName, byte[] secret, string offer)
    {
        var address = Totp.Address(issuer, accountName, secret);
        return new() { Action = action, Account = account, Offer = offer, Secret = Spell(secret), Address = address, Picture = Draw(address) };
    }

    // In groups of four, as people read it; apps skip the blanks.
    private static string Spell(byte[] secret) => string.Join(' ', Base32.Encode(secret).Chunk(4).Select(four => new string(four)));

    // Black on white, whatever the page's colours: cameras want it so.
    private static string Draw(string address)
    {
        using var data = QRCodeGenerator.GenerateQrCode(address, QRCodeGenerator.ECCLevel.M);
        using var code = new SvgQRCode(data);
        var svg = code.GetGraphic(4, "#000", "#fff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
        return "data:image/svg+xml;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(svg));
    }
}
