using FsCheck;
using FsCheck.Fluent;

namespace IdentityServer.Protocol.Tests;

public class ClientUriTests
{
    [Theory]
    [InlineData("https://app.example")]
    [InlineData("https://app.example/cb?x=1&y=%20")]
    [InlineData("https://app.example:8443/cb")]
    [InlineData("https://xn--bcher-kva.example/cb")]
    [InlineData("https://[2001:db8::1]/cb")]
    [InlineData("http://localhost:5000/callback")]
    [InlineData("http://localhost")]
    [InlineData("http://127.0.0.1/cb")]
    [InlineData("http://127.0.0.1:3000/cb")]
    [InlineData("http://[::1]/cb")]
    [InlineData("http://[::1]:3000/cb")]
    [InlineData("com.example.app:/oauth2redirect")]
    [InlineData("com.example.app://callback")]
    public void A_client_may_register(string uri) => Assert.Null(ClientUri.Check(uri));

    [Theory]
    [InlineData("", "A URI must be absolute and well-formed.")]
    [InlineData("/callback", "A URI must be absolute and well-formed.")]
    [InlineData("app.example/callback", "A URI must be absolute and well-formed.")]
    [InlineData("//app.example/cb", "A URI must be absolute and well-formed.")]
    [InlineData("https://", "A URI must be absolute and well-formed.")]
    [InlineData("https:///cb", "A URI must be absolute and well-formed.")]
    [InlineData("https:app.example/cb", "A URI must be absolute and well-formed.")]
    [InlineData("https://app.example/cb#f", "A URI must not have a fragment.")]
    [InlineData("https://app.example/cb#", "A URI must not have a fragment.")]
    [InlineData("https://*.app.example/cb", "A URI must not contain a wildcard.")]
    [InlineData("https://app.example/*", "A URI must not contain a wildcard.")]
    [InlineData("https://user@app.example/cb", "A URI must not contain user information.")]
    [InlineData("https://user:pw@app.example/cb", "A URI must not contain user information.")]
    [InlineData("https://@app.example/cb", "A URI must not contain user information.")]
    [InlineData("com.example.app://user@host/cb", "A URI must not contain user information.")]
    [InlineData("https://app%2eexample/cb", "A URI must be absolute and well-formed.")]
    [InlineData("https://app.example/c b", null)]
    [InlineData(" https://app.example/cb", null)]
    [InlineData("https://app.example/cb\n", null)]
    [InlineData("https://app.example\\@evil.example/cb", null)]
    [InlineData("https://bücher.example/cb", null)]
    [InlineData("https://app.example/<script>", null)]
    [InlineData("http://app.example/cb", "A URI with http must be one of 127.0.0.1, [::1] or localhost; others use https.")]
    [InlineData("http://localhost.evil.example/cb", "A URI with http must be one of 127.0.0.1, [::1] or localhost; others use https.")]
    [InlineData("http://127.0.0.1.evil.example/cb", "A URI with http must be one of 127.0.0.1, [::1] or localhost; others use https.")]
    [InlineData("http://127.1/cb", "A URI with http must be one of 127.0.0.1, [::1] or localhost; others use https.")]
    [InlineData("http://0x7f000001/cb", "A URI with http must be one of 127.0.0.1, [::1] or localhost; others use https.")]
    [InlineData("http://[::ffff:127.0.0.1]/cb", "A URI with http must be one of 127.0.0.1, [::1] or localhost; others use https.")]
    [InlineData("https://2130706433/cb", "The host of a URI must be written in its usual form.")]
    [InlineData("https://0x7f.1/cb", "The host of a URI must be written in its usual form.")]
    [InlineData("https://[2001:db8:0::1]/cb", "The host of a URI must be written in its usual form.")]
    [InlineData("javascript:alert(1)", "A URI uses https, http on this machine, or a private-use scheme that contains a dot.")]
    [InlineData("data:text/html,x", "A URI uses https, http on this machine, or a private-use scheme that contains a dot.")]
    [InlineData("myapp:/cb", "A URI uses https, http on this machine, or a private-use scheme that contains a dot.")]
    [InlineData("file:///etc/passwd", "A URI uses https, http on this machine, or a private-use scheme that contains a dot.")]
    [InlineData("urn:ietf:wg:oauth:2.0:oob", "A URI uses https, http on this machine, or a private-use scheme that contains a dot.")]
    public void A_client_may_not_register(string uri, string? description) =>
        ClientUri.Check(uri).Is("invalid_redirect_uri", "invalid_redirect_uri", description);

    [Fact]
    public void A_client_may_not_register_a_URI_without_end() =>
        ClientUri.Check("https://app.example/" + new string('x', ClientUri.MaxLength))
            .Is("invalid_redirect_uri", "invalid_redirect_uri", "A URI is at most 2048 characters long.");

    [Fact]
    public void What_may_be_registered_leads_where_it_says() => Prop.ForAll(Texts, text =>
    {
        if (ClientUri.Check("https://" + text) is not null)
            return;

        var uri = new Uri("https://" + text);
        Assert.Equal(("https", "", ""), (uri.Scheme, uri.UserInfo, uri.Fragment));
        Assert.StartsWith(uri.Host, text, StringComparison.OrdinalIgnoreCase);
    }).QuickCheckThrowOnFailure();

    // What hosts, ports and their impostors are made of.
    private static Arbitrary<string> Texts { get; } =
        Gen.Elements("a", "app", ".", "example", ":", "443", "0", "127", "0x7f", "[", "]", "::1", "@", "%2e", "/", "?", "#", "\\", "*", "ü", " ", "-", "..")
            .ArrayOf().Select(parts => string.Concat(parts)).ToArbitrary();
}
