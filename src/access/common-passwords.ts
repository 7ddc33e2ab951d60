/**
 * The 10,000 commonest passwords of leaked lists, in lower case, without digits and signs at their ends.
 * Source: @zxcvbn-ts/language-common 4.1.3 (MIT, Copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc.,
 * 2021 @zxcvbn-ts).
 */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `
000000 0000007 000001 000007 000111 007007 01011900 01011910 01011950 01011960 01011970 01011971 01011972
01011973 01011974 01011975 01011976 01011977 01011978 01011979 01011980 01011981 01011982 01011983 01011984
01011985 01011986 01011987 01011988 01011989 01011990 01011991 01011992 01011993 01011994 01011995 01011999
01012000 01012001 01012010 01012011 010180 010181 010191 010203 01020304 01021980 01021985 01021986 01021987
01021988 01021989 01021990 01021992 01031980 01031981 01031983 01031984 01031985 01031986 01031988 01031989
01031991 010390 01041979 01041980 01041981 01041983 01041985 01041986 01041987 01041988 01041989 01041990
01041992 01041993 01051980 01051983 01051985 01051986 01051987 01051988 01051989 01051990 01061983 01061984
01061985 01061986 01061987 01061988 01061990 01061992 01071984 01071985 01071986 01071987 01071988 01071989
01071990 01081980 01081985 01081989 01081990 01081992 01091984 01091985 01091986 01091987 01091988 01091989
01091992 01101987 01111990 01121986 01121987 01121988 01121990 0192837465 02011971 02011975 02011976
02011977 02011978 02011979 02011980 02011981 02011982 02011983 02011984 02011985 02011986 02011987 02011988
02011989 02011990 02021971 02021973 02021974 02021976 02021977 02021978 02021979 02021980 02021981 02021982
02021983 02021984 02021985 02021986 02021987 02021988 02021989 02021990 02021991 02031970 02031973 02031974
02031975 02031977 02031978 02031979 02031980 02031981 02031982 02031983 02031984 02031985 02031986 02031987
02031988 02031989 02031990 02031991 02041972 02041973 02041974 02041975 02041976 02041977 02041978 02041979
02041980 02041981 02041982 02041983 02041984 02041985 02041986 02041987 02041988 02041989 02051970 02051972
02051973 02051975 02051976 02051977 02051978 02051979 02051980 02051981 02051982 02051983 02051984 02051985
02051986 02051987 02051988 02051989 02051990 02061971 02061972 02061973 02061974 02061975 02061976 02061977
02061978 02061979 02061980 02061981 02061982 02061983 02061984 02061985 02061986 02061987 02061988 02061989
02061990 02071971 02071974 02071975 02071976 02071977 02071978 02071979 02071980 02071981 02071982 02071983
02071984 02071985 02071986 02071987 02071988 02071989 02081970 02081971 02081972 02081973 02081974 02081975
02081976 02081977 02081979 02081980 02081981 02081982 02081983 02081984 02081985 02081986 02081987 02081988
02081989 02091971 02091973 02091974 02091975 02091976 02091977 02091978 02091979 02091980 02091981 02091982
02091983 02091984 02091985 02091986 02091987 02091988 02091989 02101973 02101974 02101975 02101976 02101977
02101978 02101979 02101980 02101981 02101983 02101984 02101985 02101986 02101987 02101988 02101989 02111987
03011984 03011986 03011987 03011991 03021982 03021986 03021987 03021989 03031984 03031986 03031987 03031988
03031989 03031990 03031991 03031992 03031993 03041980 03041983 03041984 03041986 03041987 03041989 03041991
03051985 03051986 03051987 03051988 03061984 03061985 03061986 03061987 03061988 03071984 03071985 03071986
03071987 03071989 03081984 03081988 03081989 03082006 03091983 03091988 03101983 03101985 03101988 03101989
03101991 03111986 03111987 03121986 04011988 04011990 04021985 04021987 04021990 04031982 04031991 04041983
04041984 04041985 04041986 04041987 04041988 04041990 04041991 04051983 04051985 04051987 04051988 04051990
04061984 04061986 04061987 04061988 04061990 04061991 04071986 04071987 04071988 04081985 04081987 04081989
04091986 04111988 04111989 04111991 04121985 04121986 04121987 05011987 05021987 05021988 05021989 05031987
05031990 05031991 05041983 05041985 05041986 05041990 05041991 05051980 05051982 05051985 05051986 05051987
05051988 05051989 05051990 05051991 05061983 05061986 05061987 05061988 05061989 05061990 05071983 05071984
05071985 05071986 05071988 05081986 05081987 05081988 05081989 05081992 05091987 05091988 05101983 05101984
05101986 05111986 05121983 05121985 05121988 05121990 06011982 06011988 06021986 06021987 06021989 06031983
06031984 06031986 06031988 06031992 06041984 06041987 06041988 06051983 06051986 06051987 06061981 06061985
06061986 06061987 06061988 06061990 06071983 06071984 06071985 06071986 06071987 06071988 06071990 06081985
06081986 06081987 06081988 06081990 06091989 06101989 06111984 06111986 06111990 07011989 07021980 07021987
07021989 07021991 07031985 07031986 07031988 07031989 07041985 07041986 07041987 07041988 07041989 07051987
07051990 07061986 07061988 07071977 07071980 07071982 07071984 07071985 07071986 07071987 07071988 07071989
07071990 07081984 07081986 07081987 07081989 07091982 07091988 07091990 07101984 07101987 07111987 08011986
08011988 08021985 08021989 08021990 08031985 08031986 08031987 08031988 08041985 08041986 08041988 08051987
08051989 08051990 08061986 08061987 08061989 08071985 08071986 08071987 08071988 08081979 08081983 08081985
08081986 08081988 08081989 08081990 08091988 08101986 08111983 08111984 08121986 08121987 09011987 09011990
09021988 09021989 09031987 09031988 09041985 09041986 09041987 09041990 09051945 09051983 09051984 09051986
09051987 09051990 09061990 09081985 09081988 09091986 09091988 09101985 09111987 09121983 100000 1000000
10011980 10011983 10011986 10011988 10011989 10011990 10011992 10021983 10021985 10021986 10021987 10021988
10031980 10031985 10031986 10031987 10031988 10031989 10031990 10031991 10031993 10041982 10041983 10041984
10041986 10041987 10041989 10041990 10041991 100500 10051983 10051985 10051986 10051987 10051988 10051989
10051990 10061984 10061985 10061986 10061987 10061989 10071983 10071985 10071986 10071987 10071988 10071989
10071990 10081983 10081985 10081987 10081988 10081989 10081990 10081991 10091984 10091985 10091986 10091988
10091989 10101980 10101985 10101986 10101987 10101988 10101989 10101990 10101991 101091m 10111981 10111983
10111986 10111988 10111989 10121979 10121985 10121986 10121987 10121989 102030 10203040 1020304050 102938
10293847 1029384756 11011980 11011987 11011989 11011990 11011991 11021984 11021985 11021987 11021988
11021990 11031982 11031983 11031984 11031986 11031987 11031988 11031990 11041983 11041985 11041986 11041987
11041988 11041990 11041991 11051984 11051986 11051987 11051988 11051989 11051990 11061984 11061985 11061986
11061987 11061988 11061989 11061991 11071983 11071984 11071985 11071986 11071987 11071988 11071989 11081982
11081983 11081984 11081985 11081986 11081987 11081988 11081989 11081990 11091983 11091984 11091985 11091986
11091989 11091990 111000 11101985 11101986 11101990 111111 11111111 111111a 111111q 11111979 11111983
11111986 11111987 11111991 11111a 11111q 11112222 11121985 11121986 11121987 11121990 111222 111222333
111333 111555 111777 111aaa 111qqq 112211 11221122 112233 11223344 1122334455 112233445566 112358 11235813
1123581321 114477 115599 12011985 12011987 12011988 12011989 12021984 12021985 12021986 12021987 12021988
12021990 12021991 12031985 12031986 12031987 12031988 12031989 12031990 12041983 12041985 12041986 12041987
12041988 12041990 12041991 12051985 12051986 12051987 12051988 12051989 12051990 12061980 12061984 12061986
12061987 12061988 12061990 120676 120689 12071982 12071983 12071984 12071985 12071987 12071988 12071989
12071990 12071991 12071992 12081983 12081984 12081985 12081986 12081987 12081988 12081990 12081993 12091986
12091987 12091988 12091990 12091991 12101984 12101985 12101986 12101987 12101988 12101989 12101990 12111984
12111985 12111990 12111991 12121982 12121984 12121985 12121986 12121987 12121988 12121989 12121990 12121991
12131213 121314 12131415 12211221 122333 123000 12301230 123098 123123 12312312 1231234 123123a 123123q
1232323q 123321 123321123 123321a 123321q 1234123 1234321 12344321 123450 1234509876 123451 123454321 123455
1234554321 123456 1234560 1234561 123456123 1234566 123456654321 1234567 12345677 12345678 123456789
1234567890 1234567890a 1234567890q 1234567891 12345678910 1234567899 123456789987654321 123456789a
123456789d 123456789m 123456789q 123456789qwe 123456789r 123456789s 123456789v 123456789z 12345678a
12345678q 12345679 1234567a 1234567aa 1234567q 1234568 123456a 123456aa 123456as 123456d 123456g 123456k
123456l 123456m 123456n 123456q 123456qqq 123456qw 123456qwe 123456r 123456ru 123456s 123456t 123456v
123456w 123456z 123457 123459 12345a 12345abc 12345m 12345q 12345qaz 12345qw 12345qwe 12345r 12345s 12345t
12345z 123465 12348765 1234qaz 1234qw 1234qwe 123567 1235789 123654 12365478 123654789 1236987 12369874
123698745 123789 123789456 1237895 123890 123987 123aaa 123abc 123asd 123ewq 123q123 123qaz 123qq123 123qwe
123qwe123 123zxc 124578 128500 12qw12 13011981 13011985 13011987 13011988 13021984 13021985 13021987
13021989 13021990 13021991 13031986 13031987 13031989 13031990 13031991 13041987 13041988 13041989 13051985
13051986 13051987 13051988 13051989 13051990 13061983 13061984 13061985 13061986 13061987 13061989 13061990
13061991 13071982 13071983 13071984 13071985 13071987 13071989 13071990 13071991 13081982 13081984 13081985
13081986 13081987 13081988 13081990 13091984 13091986 13091987 13091988 13091990 13101982 13101985 13101987
13101988 13101990 13101992 13111984 13111985 13111986 13111990 13121983 13121984 13121985 13121988 13121989
13121990 131313 132435 13243546 132456 132465 134679 134679852 135246 135790 1357908642 135791 1357911
135792468 1357924680 135798642 1366613 14011986 14011987 14011988 14011989 14021983 14021985 14021986
14021987 14021988 14021989 14021990 14021991 14031984 14031985 14031986 14031988 14031989 14031990 14041986
14041987 14041988 14041991 14041992 14051983 14051986 14051987 14051990 14061982 14061985 14061988 14061991
14071983 14071986 14071987 14071988 14081985 14081986 14081988 14081989 14081990 14091982 14091987 14091988
14091989 14091990 14101983 14101985 14101986 14101987 14101988 14101989 14101991 14111986 14111987 14111989
14121986 14121987 14121989 141627 142536 142857 145236 147258 14725836 147258369 147369 147741 147852
14785236 147852369 147896 1478963 14789632 147896325 147963 14881488 15011983 15011985 15011986 15011987
15011988 15011990 15021983 15021985 15021986 15021988 15021990 15021991 15031984 15031985 15031986 15031987
15031988 15031989 15031990 15031991 15041983 15041985 15041987 15041988 15051981 15051985 15051986 15051987
15051989 15051990 15051991 15051992 15061984 15061985 15061988 15071983 15071985 15071986 15071987 15071988
15071990 150781 15081980 15081984 15081985 15081986 15081988 15081989 15081990 15081991 15091985 15091987
15091988 15091989 15101983 15101986 15101987 15101991 15111984 15111985 15111986 15111987 15111988 15111989
15121983 15121985 15121987 15121989 153624 15426378 159263 159357 159357a 159632 159753 1598753 159951
16011985 16011986 16011987 16011989 16011991 16021982 16021983 16021987 16021988 16021989 16021990 16031986
16031987 16031988 16031990 16041985 16041986 16041988 16051985 16051986 16051987 16051988 16051989 16051990
16061984 16061985 16061986 16061987 16061988 16061990 16071986 16071987 16071991 16081985 16081986 16091987
16091988 16091990 16101986 16101987 16111982 16111987 16111989 16111990 16121986 16121987 16121991 162534
17011985 17011986 17011987 17011990 17021985 17021986 17021987 17021988 17021989 17031987 17031992 17041985
17041986 17041987 17041991 17051983 17051987 17051988 17051989 17051990 17061986 17061987 17061988 17061989
17061991 17071984 17071985 17071986 17071987 17071989 17071990 17081988 17081990 17091985 17091987 17101986
17101987 17111985 17111987 17111988 17111989 17121985 17121986 17121987 172839 18011984 18011985 18011986
18011987 18011988 18011989 18021984 18021986 18021987 18021988 18021992 18031986 18031988 18031991 18041983
18041986 18041988 18041990 18041991 18051982 18051987 18051988 18051989 18051990 18061985 18061986 18061987
18061990 18061991 18071986 18071989 18071990 18081988 18081989 18091984 18091985 18091986 18091987 18101985
18101987 18101989 18111983 18111986 18111987 18121812 18121983 18121984 18121985 18121987 18121990 18436572
19011985 19011986 19011987 19011989 19021985 19021990 19021991 19031985 19031987 19041985 19041986 19051983
19051986 19051987 19061985 19061987 19061990 19061991 19061992 19071983 19071985 19071986 19071988 19071989
19071990 19081986 19081987 19091983 19091986 19091988 19091990 19101982 19101983 19101986 19101987 19101989
19101990 19111985 19111986 19111987 19121985 19121986 19121988 19121989 192837 19283746 192837465 19411945
196969 200000 20011983 20011985 20011987 20011988 20011989 20021985 20021986 20021988 20021990 20021991
20031985 20031986 20031987 20031988 20031990 20031991 20031992 20041981 20041985 20041986 20041988 20041990
20051983 20051984 20051985 20051986 20051987 20051988 20051989 20061980 20061983 20061984 20061986 20061987
20061988 20061989 20061990 20061991 20071981 20071984 20071985 20071986 20071988 20081986 20081990 20081991
20091984 20091986 20091988 20091991 20101986 20101987 20101988 20111984 20111986 20111987 20121985 20121986
20121988 20121989 21011985 21011986 21011988 21011989 21011990 21011991 21021985 21021986 21021987 21021988
21021989 21021990 21031984 21031985 21031986 21031987 21031988 21031990 21041985 21041986 21041987 21041990
21041991 21041992 21051983 21051986 21051988 21051989 21051990 21051991 21061985 21061986 21061987 21061988
21061989 21071983 21071985 21071986 21071987 21071989 21071990 21071992 21081985 21081987 21081990 21091987
21091989 21091990 21101983 21101986 21101987 21101988 21101989 21111983 21111985 21111986 21111989 21111990
21121984 21121985 21121986 21121987 21121988 21121989 21122112 2128506 22011985 22011986 22011988 22011992
22021984 22021985 22021986 22021988 22021989 22021990 22031984 22031986 22031987 22031991 22041985 22041986
22041987 22041988 22041991 22051986 22051987 22051988 22051989 22051990 22051991 22061941 22061984 22061985
22061987 22061988 22061989 22061990 22061991 22071983 22071984 22071985 22071986 22071987 22071988 22071989
22071990 22071991 22071992 22081983 22081985 22081986 22081987 22081990 22081991 22091983 22091984 22091985
22091986 22091987 22091988 22091990 22091991 22101988 22111985 22111988 22121983 22121986 22121987 22121989
222333 222777 223322 223344 224466 22446688 225588 23011984 23011985 23011988 23011989 23011990 23021983
23021984 23021985 23021986 23021987 23021988 23021989 23021991 23021992 23031983 23031986 23031987 23031988
23031989 23031990 23041986 23041987 23041988 23041991 23051983 23051984 23051985 23051986 23051987 23051990
23051991 23061983 23061985 23061987 23061988 23061989 23061990 23061992 23071985 23071986 23071988 23081986
23091982 23091985 23091986 23091987 23091989 23091991 23101987 23111986 23111987 23111989 23121986 235689
24011985 24011986 24011987 24011989 24011990 24021985 24021988 24021991 24031987 24031988 24031990 24041984
24041985 24041986 24041988 24041990 24051989 24051990 24061984 24061985 24061986 24061987 24061988 24061992
24071987 24071989 24071990 24071991 24071992 24081988 24081990 24091986 24091991 24101984 24101986 24101987
24101988 24101989 24101990 24101991 24111987 24111989 24111990 24121984 24121985 24121986 24121987 24121988
24121989 24121990 246810 25011985 25011986 25011988 25011990 25011993 25021983 25021984 25021985 25021986
25021988 25031983 25031984 25031987 25031991 25041983 25041984 25041985 25041987 25041988 25041991 25051980
25051985 25051987 25051988 25051989 250588 25061985 25061986 25061987 25071983 25071985 25071987 25071989
25071990 25081983 25081985 25081986 25081987 25081988 25081989 25091984 25091987 25091988 25091989 25091990
25091991 25091992 25101988 25101989 25111987 25111988 25111991 25121985 25121986 25121987 25800852 25802580
258369 258456 258852 258963 26011986 26011989 26011990 26021987 26021990 26021992 26031984 26031986 26031987
26031988 26031990 26031991 26041983 26041986 26041988 26041990 26041991 26051986 26051987 26051988 26051990
26061985 26061986 26061987 26061989 26061991 26071984 26071986 26071987 26071989 26081983 26081986 26091985
26091986 26101986 26101987 26111984 26111985 26111987 26121984 26121985 26121987 26121989 27011983 27011985
27011988 27011990 27021986 27021990 27021991 27021992 27031986 27031987 27031989 27031992 27041985 27041987
27041990 27051984 27051986 27051987 27051991 27061983 27061985 27061988 27061989 27061990 27071983 27071987
27071988 27081986 27081989 27081990 27091983 27091984 27091985 27091987 27091991 27101987 27101989 27111985
27111989 27111990 27121986 27121988 28011987 28011988 28011989 28021983 28021984 28021985 28021986 28021989
28021990 28021992 28031982 28031984 28041983 28041986 28041987 28041988 28041992 28051985 28051986 28051987
28051988 28051989 28051990 28061984 28061985 28061986 28061988 28071984 28071985 28071986 28071987 28071988
28071989 28081985 28081986 28081990 28101986 28101988 28121984 28121986 28121987 28121988 28121989 28121990
29011982 29011983 29011985 29011987 29011988 29011990 29031982 29031983 29031988 29031990 29041984 29041985
29041986 29041987 29041988 29041989 29051985 29051987 29051989 29051990 29051992 29061984 29061985 29061986
29061988 29061989 29061990 29071983 29071985 29071986 29071988 29081982 29081985 29081987 29081988 29081990
29091986 29091987 29091990 29111987 29111988 29111989 29121984 29121987 29121988 3000gt 30011985 30011986
30011987 30011990 30031986 30031988 30031992 30041985 30041986 30041987 30041988 30041991 30051985 30051986
30051987 30051988 30051989 30061983 30061985 30061986 30061987 30061988 30061989 30071983 30071986 30071992
30081984 30081989 30091985 30091989 30101987 30101988 30111987 30121985 30121986 30121987 30121988 31011983
31011985 31011987 31011990 31031987 31031988 31031990 31051982 31051985 31051986 31051987 31051991 31051993
31071985 31071986 31071990 31081985 31081989 31101987 31101991 31121985 31121986 31121987 31121988 31121990
314159 31415926 315475 321123 321456 321654 321654987 321678 332211 333444 333555 333666 333777 334455
336699 357159 357951 362436 369258 369258147 369852 369963 415263 420000 420247 44332211 444555 445566
456123 456321 456654 456852 456987 4815162342 515000 51505150 5201314 5551212 555666 555777 556677 635241
654123 655321 66613666 666666 666777 666999 6751520 696969 73501505 74108520 7412369 741258 741258963 741852
741852963 741963 753159 753951 77347734 7753191 777333 777666 7777777 7777777a 777888 7779311 777999 778899
784512 787898 789123 789456 78945612 789456123 7894561230 7895123 7896321 789632145 789654 789654123 789987
794613 852258 852456 8675309 875421 888999 902100 906090 911911 918273 9293709b13 9379992 951357 951753
9562876 963258 963852 963852741 986532 987123 987321 987456 987456321 996633 998877 999000 999666 999888
a11111 a12345 a123456 a1234567 a12345678 a123456789 a1a2a a1a2a3a a1b2c a1b2c3d a1s2d a1s2d3f a2b3c a2b3c4d
a2s3d a2s3d4f aa123456 aaa111 aaa123 aaaa aaaaa aaabbb aaasss aaliyah aardvark aaron abacab abacus abbott
abby abc123 abc1234 abc12345 abc123456 abcd abcdefg aberdeen abgrtyu abigail abnormal abracadabra abraham
abrakadabra abraxas absolut absolute absolutely abstr acapulco accept access accord account achilles achtung
acidburn acmilan action active acura adam adams addict addison adelaide adelina adgjmptw adidas admin
admiral adonis adrenalin adrian adriana adriano adrienne adult adults advance advanced advent aezakmi africa
afrika again agassi agent aggies ahmed aikido aikman aileen aimee airborne airbus aircraft airforce airman
airplane airport airwolf aisan ajax akira alabama aladdin aladin alain alan alanis alaska albany albatros
albert alberta alberto albina albion alcatel alcatraz alchemy alcohol alejandr alejandro aleksandr
aleksandra aleksei aleksey alena alenka alessandro alex alexa alexalex alexande alexander alexandr alexandra
alexandre alexey alexi alexia alexis alexxx alfa alfonso alfred alfredo algebra alibaba alice alicia alien
aliens alina alinka alisa alisha alison alissa alive all4one allah allan allday allegro allen alleycat
allgood alliance allison allmine allsop allstar almighty almond aloha alone alpha alphabet alpine altair
alterego althea altima altoids alucard alvaro always alyssa amadeus amand amanda amateur amateurs amatory
amature amazing amazon amber ambers ambrose ambrosia amelia amelie americ america american amerika amethyst
amiga amigo amigos amonra amor amorcit amore amstel amsterda amsterdam anaconda anai anakin anal analog
analsex ananas anarchy anastasi anastasia anastasiya anchor anders andersen anderson andre andrea andreas
andrei andres andrew andrews andrey andromed andromeda andy andyod anfield angel angela angelic angelica
angelika angelina angell angelo angels angelus angie angus anhyeuem animal animals animated anime anita anna
annaanna annabell anne annette annie annika annmarie anonymous another answer antares antelope anthon
anthony anthrax antoine anton antoni antonia antonina antonio antony anubis anything aol123 aolsucks apache
apollo apple applepie apples apricot april aprilia aptiva aquarius aragon aragorn aramis arcadia archange
archer archie arctic area argentin argentina ariana ariane arianna ariel aries arizona arjay arkansas arlene
armada armagedon armand armando armani armstron army arnold around arrow arrows arsena arsenal artem artemis
artemka arthur artist artur arturo as123456 asd123 asd222 asdasd asddsa asdf asdfasdf asdffdsa asdfg asdfgh
asdfghj asdfghjk asdfghjkl asdfjkl asdfqwer asdfzxcv asdqwe asdzxc asgard ashle ashlee ashleigh ashley
ashton asia asian asians asimov aspen aspire aspirine ass123 assasin assass assassin asses assfuck asshol
asshole assholes assman asswipe assword asterix astra astral astrid astro astros athena athens athlon athome
atlanta atlantic atlantis atlas atomic atreides attack atticus attila attitude attract aubrey auburn
auckland audi audia audio auditt audrey auggie august augusta augustus aurora aussie austin australi
australia austria auto autumn avalanch avalon avatar avenger avenue aviation aviator awesome awful awnyce
azamat azazel azert azerty azertyui azertyuiop azrael azsxdc azsxdcfv aztnm azzer babe baberuth babes babies
baboon baby babybaby babybear babyblue babyboy babycake babydoll babyface babygirl babylon babylove bacardi
bacchus back backbone backdoor backup bacon badabing badass badboy baddog badger badgers badgirl badman
baggins baggio bagira bagpuss bahamut bailey baker balance baldwin ball baller ballet ballin balloon
balloons balls ballsack baltimor bama bambam bambi bamboo banan banana bananas banane bandit bang bangbang
banger bangkok bank banker banner banshee banzai baracuda barbados barbara barber barbie barcelon barcelona
barefeet barefoot barfly baritone barker barkley barley barnes barney baron barrage barrett barron barry
barselona barsik bart bartman barton base basebal baseball basil basket basketba basketball bass basset
bassman bastard bastards bathing batista batman battery battle bauhaus baura baxter bayern baylor bball
bbking bcfields bdsm beach beaches beacon beagle beaker beamer bean beaner beanie beans bear bearbear
bearcat bearcats beardog bears beast beastie beat beater beatle beatles beatrice beau beautifu beautiful
beauty beaver beavers beavis because becca becker beckham becky bedford bedlam beech beefcake beemer beer
beerbeer beerman beethove beetle beezer begemot behappy belair believe belinda belinea belkin bell bella
bellaco bellagio belle belly belmont beloved bender bendover benessere benfica beng bengal bengals benito
benjami benjamin benji bennett bennie benny benoit benson bentley benton beowulf beretta berger bergkamp
berkeley berlin bermuda bernard bernie berry bert bertha bertie bertram bessie best bestbuy beta beth
bethany betsy better bettina betty bettyboo beverly bgates bhbirf bian bianca biao biatch bicycle bigal
bigass bigballs bigbang bigbear bigben bigbird bigblack bigblock bigblue bigbob bigboobs bigbooty bigboss
bigboy bigbutt bigcat bigcock bigdaddy bigdawg bigdick bigdicks bigdog bigfish bigfoot bigger biggie biggles
biggun bigguns bigguy bighead bigjohn bigmac bigman bigmike bigmoney bigone bigones bigpimp bigpoppa bigred
bigsexy bigtime bigtit bigtits bigtruck biit bike biker bikers bikini bilbo bill billabon billbill billie
billy billybob billyboy bimbo bimmer binder bing bingo binladen biohazard biology bird birddog birdie
birdman birgit birthday biscuit bisexual bishop bismarck bismark bismillah bitch bitchass bitches bitchy
bite biteme bitter bizkit bizzare blabla black blackberry blackbir blackbird blackcat blackdog blackhaw
blackhawk blackie blackjac blackjack blacklab blackman blackout blacks blacky blade blades blah blahblah
blaine blake blam blanca blanche blanco blast blaster blaze blazer blazers bleach bledsoe blessed blessing
blink blinky blitz blizzard blobby blond blonde blondes blondie blonds blood bloody blossom blow blowfish
blowjob blowme blubber blue blueball bluebell blueberr blueberry bluebird blueblue blueboy bluedog blueeyes
bluefish bluejay bluejays bluemoon blues bluesky bluesman bluestar blunts bmw325 boat boater boating bob123
bobafett bobbie bobbob bobby bobcat bobdole bobdylan bobmarley body boeing bogart bogdan bogey bogus bohica
boiler bolitas bollocks bollox bologna bolton bomb bombay bomber bombers bonanza bond bondage bone bonehead
boner boners bones bong bongo bonita bonjour bonjovi bonkers bonner bonnie bonovox bonsai boob boobear
boobie boobies booboo boobs booger boogie book booker bookie books bookworm boom boomboom boomer booster
bootie boots bootsie bootsy booty bootys booyah boozer borabora bordeaux border borders boricua boris boroda
borussia bosco boss bossman boston bottle bottom boulder bounce bouncer bounty bourbon bowl bowler bowling
bowman bowser bowtie bowwow boxcar boxer boxers boxing boxster boys boytoy boyz bozo br0d3r bracken brad
bradford bradley brady brain brains bramble brand brandi brando brandon brandy brasil braves bravo brazil
break breaker breanna breast breasts breeze bremen brenda brendan brennan brent brest brett brewer brewster
brian briana brianna bricks bridge bridget briggs bright brighton brigitte bristol british britney brittany
brittney broadway brodie broken broker bronco broncos bronson bronze brook brooke brooklyn brooks brother
brothers brown brownie browning browns bruce brucelee bruins bruiser bruno brutus bryan bryant bubba bubbas
bubble bubbles buceta buck bucket buckeye buckeyes buckley buckshot bucky budapest budd buddah buddha buddie
buddy buddyboy buddydog budgie budlight budman budweise budweiser buffalo buffet buffett buffy buford bugger
bugs builder building bukkake bukowski bull bulldog bulldogs bullet bullfrog bulls bullseye bullshit bumble
bummer bumper bunghole bungle bunker bunnies bunny burger burn burner burning burnout burns burrito burton
bush bushido business buste busted buster busty butch butcher butkus butler butt butter buttercu buttercup
butterfl butterfly butters buttfuck butthead butthole buttman button buttons butts buzz buzzard buzzer
bynthytn byteme c2h5oh cabbage cabernet cable cabron cactus caddy cadillac caesar cafc caitlin calgary
calibra calico caliente californ california caligula calimero call callaway callie calling callisto callum
calvin calypso camaro camaross camber cambiami cambridg camden camel camelot camels cameltoe camera camero
cameron camil camila camilla camille campbell camper camping canada canadian cancel cancer cancun candace
candice candle candy candyass candyman cang cannabis cannibal cannon canon canton cantona canuck canucks
canyon capcom capecod capetown capital capitals capone caprice capricor capricorn capslock captain caracas
caramel caravan carbon card cardiff cardinal cardinals cards care carebear carina carl carla carlisle
carlito carlitos carlo carlos carlton carman carme carmel carmen carmex carnage carnival carol carola carole
carolin carolina caroline carolyn carpedie carpente carpet carrera carrie carroll carrot carrots cars carson
carter cartman cartoon cartoons carver casanova cascade caserta casey cash cashflow cashmone cashmoney
casino casio casper cassandr cassandra cassidy cassie caster castillo castle castor castro cat123 catalina
catch catcher catdog catfish catherin catherine cathy catman catnip cats cattle catwoman caught cavalier
caveman cayman cbr600 cbr900 cbr900rr ccbill cdtnbr cdtnkfyf ceasar cecile cecilia cedric celeb celebrity
celeron celeste celica celina celine celtic celtics cement ceng cent center central century cerberus cessna
cevthrb cfitymrf cfvceyu cgfhnfr chachi chad chai chains chainsaw chair challeng chamber chambers champ
champion champs chan chance chandler chandra chanel chang change changed changeme changes channel chantal
chao chaos chapman chappy charge charger chargers charisma charity charle charlene charles charley charli
charlie charlott charlotte charlton charly charmed charon charter chase chaser chavez cheater check checker
checkers cheddar cheech cheeks cheeky cheerleaers cheers cheese cheetah chef chelle chelse chelsea chemical
chemist chen cheng cherokee cherries cherry cheryl cheshire chess chessie chester chestnut chevelle chevrole
chevrolet chevy chevys chewbacc chewie chewy cheyenne chiara chicago chichi chick chicken chickens chicks
chico chief chiefs children chill chilli chillin chilly chimera china chinese chinook chip chipmunk chipper
chippy chips chiquita chitown chivas chloe chocha chocolat chocolate choice choke chong choochoo chopin
chopper chou chouchou chris chrisbln chriss chrissy christ christa christi christia christian christie
christin christina christine christma christmas christop christopher christy chrome chronic chrono chrysler
chuai chuang chubby chuck chuckie chuckles chucky chui chun chunky chuo church ciccio cicero cigar cigars
cinder cindy cinema cinnamon circle circus cirrus cisco citadel citation citizen citroen city civic civicsi
civilwar cjkysirj cjkywt claire clancy clapton clarence clarinet clarissa clark clarke classic classics
claude claudi claudia claudio clay claymore clayton cleaner clement clemente clemson cleo cleopatr cleopatra
clevelan cleveland clever cliff clifford clifton climax climber clint clinton clipper clippers clips clit
clitoris clock close closer cloud clouds cloudy clover clovis clown clowns club clutch clyde cnfybckfd coach
cobain cobalt cobra cobras cocacola cocaine cock cocker cocks cocksuck cocksucker cocoa coconut codered cody
coffee cohiba coke cola cold coldbeer coldplay cole coleman colin colleen college collie collin collins
colnago colombia colonel colonial colorado colors colt colton coltrane columbia columbus comanche combat
comedy comein comeon comet comfort comics coming command commande commander commando common compact company
compaq compass complete compton compute computer conan concord concorde concrete condom condor confused cong
connect conner connie connor conover conquest conrad constant consumer contact content contest continue
contour contra contract control converse conway cook cookie cookies cool coolcat coolcool cooldude cooler
coolguy coolhand coolio coolman coolness cooper coors cooter copenhag copper coral corazo corey corinna
corinne corleone corndog cornell corner cornwall corolla corona corrado corsair corvette corwin cosmic cosmo
cosmos costello cosworth cottage cotton cougar cougars counter country county courage courtney coventry
cowboy cowboys cowgirl coyote crack cracker crackers craig cramps crap crappy crash craving crawford crazy
crazybab crazyman cream creampie creamy create creation creative creature credit crescent cricket criminal
crimson crispy cristian cristina critter crjhgbjy cromwell cross crow cruise cruiser crunch crusader crusher
crusty crysis crystal cthtuf cthulhu cthutq ctrhtn cuan cubbies cubs cubswin cucumber cuddles cuervo
culinary cumm cumming cummins cumshot cumslut cunt cunts cupcake cupoi curious curtis custer custom customer
cutie cutiepie cutlass cutter cvthnm cxfcnmt cyber cyborg cyclone cyclones cyclops cygnus cygnusx cynthia
cypher cypress cyprus cyrano cyrus dabears dabomb daddy daddyo daemon daewoo daffy dagger daisey daisy
daisydog dakota dale dalejr dallas dalshe dalton damage daman damian damien dammit damnit damon dan123 dana
dance dancer dancing dang danger dangerous dani danie daniel daniela daniele daniell daniella danielle
daniels daniil danila danilka dank danni danny dannyboy dante danzig daphne daredevi darina darius dark
darkange darkangel darkelf darklord darkman darkness darkone darkside darkstar darlene darling darrel
darrell darren darryl darthvad darwin dasani data datsun daughter dave davedave david davide davids davidson
davies davinci davis dawg dawn dawson daylight dayton daytona dbnfkbr dbrnjh dbrnjhbz deacon dead deadhead
deadly deadman deadpool deadspin dean deanna death deathnote deaths debbie deborah december decker deedee
deejay deep deeper deepthroat deer deerhunt deeznuts deeznutz default defender defense defiant deftones
dejavu delaney delaware delete delfin delight delilah dell delldell delmar delphi delpiero delta deltas
deluxe demo demon demons denali deng deniro denis denise deniska denmark dennis density dental dentist
denver depeche deputy derek derf derparol derrick descent desert design designer desire desiree deskjet
desktop desmond destin destiny destroy detroit deutsch devil devildog deville devils devin devo devon dexter
dfcbkbcf dfcbkbq dfkthbz dfkthf dfktynby dfktynbyf dfvgbh dfytxrf dharma diablo dialog diamon diamond
diamonds dian diana diane dianne diao diaper dick dickdick dickens dicker dickhead dickie dicks dicky diego
diehard diesel dietcoke dieter digger diggler digimon digital dilbert dildo dilligaf dillon dima dimadima
dimas dimitri dimples dinamo dinara dindom ding dingbat dingdong dingle dingo dinner dino dinosaur dipper
dipset dipshit dipstick direct director dirk dirt dirtbike dirty disaster disco discover discus disney diva
diver divine diving divorce dixie django dkflbckfd dkflbr dkflbvbh dmitriy dnsadm doberman doctor dodge
dodger dodgeram dodgers dog123 dogbert dogbone dogboy dogcat dogface dogfood dogg dogger doggie doggies
doggy doghouse dogman dogmeat dogpound dogs dogshit dogwood doit doitnow doktor dolemite dollar dollars
dolly dolores dolphin dolphins domain dome domingo dominic dominik dominion dominiqu dominique domino donald
done dong donjuan donkey donna donner donnie donovan dontknow donuts doobie doodle doodles doofus doogie
dookie dooley doom doomsday door doors doreen dorian doris dorothy dortmund dotcom dottie double doubled
douche doug dougal doughboy doughnut dougie douglas down downer downhill download downtown draco dracula
drag0n drago dragon dragonba dragonball dragonballz dragonfl dragonfly dragons dragoon dragster drake drakon
draven dream dreamcas dreamer dreaming dreams dresden drew drifter driller drive driven driver drizzt droopy
drowssap drpepper drum drummer drums drunk dthjybrf dtkjcbgtl dtxyjcnm duan duane dublin ducati duchess duck
duckduck duckie duckman ducks dude dudedude dudeman dudes dudley duffer duffman duke dukeduke dumbass dummy
dunbar duncan dundee dungeon dunlop dupont durango durham duster dustin dusty dutch dutchess dwayne dwight
dylan dynamic dynamite dynamo dynasty eagle eagles earl earnhard earth earthlink easter eastern easton
eastside eastwood easy eating eatme eatmenow eatpussy eatshit ebony eclipse eddie edgar edge edison edmonton
eduard eduardo edward edwards eeyore egghead eggman eggplant egorka eight eighteen eileen einstein ekaterina
ekmzyf elaine elcamino eldiablo eldorado eleanor electra electric electro electron elefant element elements
elena eleonora elephant eleven elijah elisabet elite elizabet elizabeth elizaveta ellen ellie elliot elliott
elmira elvira elvis elvisp elway elwood emanuel emerald emerson emil emilia emilie emilio emily eminem emma
emmanuel emmett emmitt emperor empire encore energy enforcer engage engine engineer england english enigma
enjoy enrico enrique enter enterme enternow enterpri enterprise enters entrance entropy entry epsilon
equinox eraser erection eric erica ericsson erik erika erin ernest ernesto ernie erotic erotica errors
escalade escape escort eskimo espana espresso esquire estelle esther estrell estrella eternal eternity ethan
eugene eunice eureka europa europe evan evangelion evelyn ever everest everett everlast everton evgeniy evil
evolutio evolution excalibu excalibur exchange excite exeter exigen exigent exodus exotic experienced expert
explore explorer export express extra extreme f00tball fabian fabie fabienn fabio fabric fabulous face
facebook facial factory faggot fairlane faith faithful falcon falcons fallen fallon fallout family famous
fandango fang fanny fantasia fantasy fantomas farley farm farmboy farmer farscape farside fart fashion fast
fast4u fastball faster fatass fatboy fatcat father fatima fatman fatty favorite fduecn fearless feather
feathers february federal federico feelgood feet felicia feline felipe felix fellatio fellow female females
fender feng fenris fenway fergie fergus ferguson fernand fernando ferrari ferret ferris fester festival
festus fetish fghtkm fgtkmcby fick ficken fiction fiddle fidelio fidelity fields fiesta figaro fight fighter
figure films filter filthy finally finance finder finger fingers finish finland fire fireball firebird
fireblad firefigh firefire firefly firefox fireman firenze firewall first fischer fish fishbone fishcake
fisher fisherman fishes fishfish fishhead fishin fishing fishman fishon fishtank fishy fister fisting
fitness fitter five fivestar fkbyjxrf fktrcfylh fktrcfylhf fktrctq fktyrf flame flamengo flames flamingo
flanker flash flasher flatron fleming fletch fletcher flexible flicks flight flip flipflop flipper floppy
florence flores florian florida flounder flower flowers floyd fluff fluffy flvbybcnhfnjh flyboy flyer flyers
flyfish flying focus follow foobar food foolish foot footbal football footjob forbes force ford fordf
foreplay forest foreve forever forfun forget forgetit forgot forlife format formula forrest forsaken
fortress fortuna fortune forum forward foryou fossil foster fosters fountain four fowler foxtrot foxy
foxylady franc france frances francesc francesco francine francis francisc franco francois frank frankie
franklin franks franky fraser frazier freak freaks freaky freckles fred freddie freddy frederic frederik
fredfred fredrick free freebird freedo freedom freee freefall freefree freeman freepass freeporn freesex
freestyle freeuser freeway freeze french frenchy fresh friday friend friendly friends friendster fright
frisbee frisco frisky fritz frodo frog frogger froggy frogman frogs from front frontier frosch frost frosty
frozen fruity fubar fuck fucked fucker fuckers fuckface fuckfuck fuckhead fuckher fuckin fucking fuckinside
fuckit fuckme fuckoff fuckthis fucku fuckyo fuckyou fudge fugazi fujitsu fukkc fulham fuller fullmoon
function fungus funk funky funny funstuff funtime furball fusion fussball futbol futurama future fuzzy
fyfcnfcbz fyfnjkbq fylhtq fynjirf fytxrf fyutkbyf fyutkjxtr gabber gabby gabrie gabriel gabriela gabriele
gabriell gadget gaell gagged gagging galant galary galaxy galileo galina gallaries galore gambit gamble
gambler game gameboy gamecock gamecube gameover games gamma gandalf ganesh gang gangbang gangsta gangster
ganja gannibal garage garbage garcia garden gardner gareth garfield gargoyle garion garlic garnet garrett
gary gasman gaston gateway gatit gator gatorade gators gatsby gavin gawker gaymen gbhfvblf gbpltw geezer
gegcbr geheim gemini gene general generals generic genesis geneva geng genius gentle geoffrey georg george
georgia georgie gerald gerard gerbil german germany geronimo gerrard gerry gertrude gesperrt getmoney getoff
getout getsome getting gfhjkm gfhjkmgfhjkm ghbdtn ghbdtnbr ghblehjr ghbrjk ghbywtccf ghetto ghhh47hj
ghjcnbnenrf ghjcnj ghjcnjgfhjkm ghjcnjnfr ghjcnjq ghjuhfvvf ghost ghostrider ghosts gianluca gianni giant
giants gibson gideon gidget gigabyte giggle giggles gilbert gilles gillian gilligan gilmore gina ginger
giorgi giorgio giovanna giovanni giraffe girl girlie girlies girls giulia giuseppe gizmo gizmodo gizmos
gizzmo gjkbyf glacier gladiato gladiator gladys glamour glasgow glass glasses glenn glitter global globus
glock gloria glory glover glow gmoney gn56gn goalie goat goaway gobears goblin goblue gobucks gocubs
godbless goddess godfathe godfather godlike godsmack godzilla gofast gofish goforit gogators gohome goirish
goku gold goldberg golden goldeney goldeneye goldfing goldfish goldie goldstar goldwing golf golfball golfer
golfgolf golfgti golfing golfpro goliath gollum gonavy gone gong gonzales gonzalez gonzo goober good goodboy
goodbye goodday goodgirl goodie goodluck goodman goodtime goodyear goofy google gooner goose gopher gordo
gordon gore gorgeous gorilla gotcha goten gotenks goth gotham gothic gotmilk gotohell gotribe govols grace
gracie graham gramma granada grand grandam grande grandma grandpa granite granny grant grapes graphics grass
grateful gratis gravity grayson grease great greatone greece greedisgood greedy green greenbay greenday
greene greenman greens greg gregor gregory gremlin grendel gretchen gretzky greywolf griffey griffin
griffith grimace grin grinch gringo grisha grizzly gromit groove groovy groucho ground groups grover grumpy
grunt gryphon gsxr gthcbr gtnhjdbx guai guang guardian guess guest guido guillaum guiness guinness guitar
guitars gumby gundam gunnar gunner gunners gunther gustav gustavo guyver gymnast gypsy habibi hack hacked
hacker hacking haggis hailey hair hairball hairy hakr hal9000 haley halflife halifax hall hallie hallo
hallowee halloween hambone hamburg hamilton hamish hamlet hammer hammers hammond hamper hampton hamster
hancock hand handbag handball handsome handyman hang hank hanna hannah hannes hannibal hans hansen hansol
hansolo hanson hanuman happines happiness happy happyday happyman harald harbor harcore hard hardball
hardcock hardcore harddick harder hardon hardone hardrock hardware hardwood hardy harle harlem harley harman
harmon harmony harold harper harrier harriet harris harrison harry harrypotter hartford harvard harvest
harvey hassan hastings hate hatred hatter hattrick havana havefun having hawaii hawaiian hawk hawkeye
hawkeyes hawkins hawks hayabusa hayden hayley hazard head health heart hearts heat heater heather heaven
heckfy hector hedgehog heels heidi heineken heinrich hejsan helen helena helene helios hell hellas hellboy
hellfire hello hellokitty helloo hellos hellsing hellyeah helmet helmut help helper helpme helsinki hemi
hemlock hendrix heng henrik henry hentai herbert herbie hercules here herewego heritage herman hermes heroes
herring hershey hesoyam hetfield hewitt hewlett heynow hfytnrb hidden higgins high highbury highheel
highland highlander highlife highway hiking hilary hill hillary hillbill hilltop hilton hiphop hippie
history hitachi hithere hitler hitman hiziad hjccbz hjvfirf hobbes hobbit hockey hoffman hogan hogtied
hokies hola holden hole holein holes holger holiday holidays holla holland hollie hollow holly hollywoo
hollywood holmes holycow holyshit home homeboy homemade homepage homer homerj homers homerun homework honda
hondas honduras honesty honey honeybee honeys hong hongkong honolulu honor hookem hooker hookup hooligan
hooper hoops hoosier hoosiers hooter hooters hootie hoover hooyah hope hopeful hopeless hopkins hopper
horace hores horizon horndog hornet hornets horney horny horse horses horton hot4u hotass hotbox hotboy
hotdog hotel hotgirl hotgirls hotlips hotone hotpussy hotrats hotred hotrod hotsex hotshot hotstuff hott
hottest hottie hotties houdini hound hounddog house houses houston hover howard howdy howell htubcnhfwbz
huai huang hubert hudson huge hughes hugo hummer humphrey hung hungry hunt hunte hunter hunting hurley
hurrican hurricane husband husker huskers huskies hustler hydro hyperion hyundai iamgod ib6ub ibanez ibrahim
icarus iceberg icecream icecube icehouse iceland iceman icu812 idefix idiot idontkno idontknow idunno
iforget iforgot igor iguana ihateyou ijrjkfl iklo ilikeit ilikepie illini illinois illusion ilove ilovegod
iloveme ilovepussy ilovesex iloveu iloveyo iloveyou imagine imation immortal impact impala imperial implants
impreza inches incubus india indian indiana indians indigo infantry inferno infiniti infinity information
ingrid inlove innocent insane insanity insert inside insight insomnia inspiron install instant integra
integral intel inter interacial intercourse interest interne internet intrepid intruder inuyasha invest
iomega ip76k ipswich ireland irene irina irinka irish irishka irishman iriska ironmaiden ironman irving
isaac isabel isabell isabella isabelle isaiah iscool island islander ismail israel issues istanbul istheman
italia italian italiano italy itisme itsme ivan ivanov ivanova iverson iwantu j4ye3uz jabber jabroni jack
jackal jackass jackie jackjack jackoff jackpot jackson jacob jacobs jacques jade jaeger jagger jaguar
jaguars jaime jakarta jake jakejake jamaica james jamesbon jamesbond jameson jamess jamie jammer jammin jane
janelle janet janice janine january japan japanese jared jarhead jarrett jarrod jarvis jasmin jasmine jason
jasper java javelin javier jaybird jayden jayhawk jayhawks jayson jazz jazzman jazzy jean jeanette jeanne
jeannie jedi jeep jeeper jeepster jeff jefferso jefferson jeffery jeffrey jehovah jello jelly jellybea
jellybean jenifer jenkins jenn jenna jennaj jennie jennife jennifer jenny jensen jeremiah jeremy jericho
jerk jerkoff jermaine jerome jerry jersey jesper jess jesse jessic jessica jessie jester jesus jeter jethro
jets jetski jetta jewel jewels jewish jezebel jiang jiao jiggaman jill jillian jimbeam jimbo jimbob jimmie
jimmy jimmys jing jingle jingles jiong jktxrf jktymrf joan joanna joanne jocelyn jockey joe123 joebob
joecool joejoe joel joelle joemama joey johann johanna johannes john johnboy johncena johndeer johndoe
johngalt johnjohn johnny johnson joke joker jokers jomama jonas jonathan jonathon jones jonny jorda jordan
jordon jorge jose joseph josephin josh joshu joshua josiah journey joyce jrcfyf jsbach juan juanita jubilee
judith judy juggalo jughead juice juicy jules julia julian juliana julie julien juliet juliette julio julius
july jumbo jump jumper june junebug jungle junio junior juniper junk junkie junkmail jupiter jurassic
just4fun just4me justdoit justi justice justin justine justme justus juventus kaboom kahlua kahuna kaiser
kaitlyn kakashi kakashka kaktus kalina kamasutra kamikadze kamikaze kamila kamilla kane kang kangaroo kansas
kappa kara karachi karaoke karate karen karin karina karine karl karma karolina kashmir kasper katana
katarina kate katerina katherin katherine kathleen kathryn kathy katie katrin katrina kawasaki kayla kaylee
kayleigh kazantip kcchiefs kcj9wx5n keegan keenan keeper keepout keisha keith keller kelley kellie kelly
kelsey kelvin kendall kendra keng kennedy kenneth kenny kenobi kenshin kent kentucky kenwood kenworth kermit
kernel kerouac kerry kerstin kestrel kevin keyboard keystone keywest kfgjxrf kfhbcf khan kickass kicker
kicksass kidrock kids kieran kikimora kill killa killbill kille killer killers killian killjoy killkill
killme kilroy kimball kimber kimberly kimmie kinder king kingdom kingfish kingking kingkong kingpin kings
kingston kinky kipper kirby kirill kirk kirkland kirsten kirsty kismet kiss kisses kissing kisskiss kissme
kissmyass kitchen kiteboy kitkat kitten kittens kittie kitty kittycat kittykat kittys kiwi kjkszpj kjrjvjnbd
klaste klaster klaus kleopatra klingon klizma klondike knickers knicks knight knights knock knockers knopka
knuckles kodiak kojak kokomo kolbasa kolobok kolokol komodo kong konstantin kool koolaid kordell korean korn
koroleva korova koshka kosmos kostya kotaku kotenok kramer krasotka kris krishna krissy krista kristen
kristi kristian kristin kristina kristine kristy krokodil krolik kronos krusty krypton krystal ksenia ksusha
ktyjxrf kuai kuan kuang kubrick kume kungfu kurt kurtis kyle labrador labtec lacrosse ladder laddie ladies
lady ladybug laetitia lagnaf laguna lake lakers lakeside lakewood lakota lalakers lambda lambert lamer
lamont lance lancelot lancer lancia land lander landon lane lang lansing lantern lapochka laptop lara larisa
larissa larkin larry larsen larson laser laserjet lassie lasvega lasvegas latin latina latinas latino laura
laurel lauren laurence laurent laurie lavalamp lawman lawrence lawson lawyer lazarus lback leader leanne
leather leavemealone lebowski ledzep leeann leeds leedsutd left4dead lefty legacy legend legion legman
legolas legos legs leigh leinad lekker leland lemans lemmein lemon lemonade lemons lena leng lennon lennox
lenny lenochka leon leonard leonardo leonid leopard leopold leroy lesbian lesbians lesley leslie lespaul
lestat lester letmei letmein letsdoit letsgo letter lewis lexmark lexus lfitymrf lfybbk lfybkf lhfrjy lian
liang liao libero libertad liberty library lick licker licking lickit lickme life lifehack lifetime light
lighter lighting lightnin lightning lights lilbit lilian liliana lilith liliya lillian lillie lilly lilwayne
limewire limited lincoln linda linden lindros lindsay lindsey line lineage ling link linkin links lion
lionel lionking lions lips lipstick lipton liquid lisa lisalisa listen lister lithium little live liverpoo
liverpool living liza lizard lizzard lizzie lizzy ljxtymrf llamas lloyd loaded lobo lobster lock lockdown
locks loco locutus logan logger logitech loki lokiloki lokomotiv lol123 lol12345 lola lolipop lolita
lollipop lollol lollypop lolol londo london lonely lonesome lonestar lonewolf long longbow longdong longer
longhair longhorn longjohn lonnie look looker lookin looking lookout looney loose looser lopez lord loren
lorena lorenzo loretta lori lorraine loser losers lost lottie lotus loud louie louis louise loulou love
lovebug loveit loveless lovelife lovelove lovely loveme lover loverboy loverman lovers lovesex loveya
loveyou loving lowell lowrider ltkmaby ltybcrf luan luca lucas lucia luciano lucifer lucille luck lucky
luckydog luckyone lucy ludmila ludwig luis luke lumber lumina luna lunatic lunchbox lust luther lvbnhbq lynn
m123456 m2do5bs macaroni macbeth macdaddy machine macintos mack mackie macleod macman macross madagaskar
madcat madcow madden maddie maddog madeline madina madison madman madmax madness madonna madrid maestro
mafia magazine magelan magellan maggi maggie maggot magic magical magician magick magicman magnet magneto
magnolia magnum magnus magpie magpies mahler maiden mail mailcreated mailman maison majestic major makaka
makaveli makayla makeitso maksim maksimka malachi malaka malaysia malcolm malibu malice malina malish
mallard mallorca mallory mallrats malone mama mamacita mamamia mamapapa mamas mammoth manager manchest
manchester mancity mandarin mandingo mandrake mandy manfred mang manga mango mangos maniac manila mankind
mann manning manny manolo manowar manson mantis mantle manu manuel manuela manunited manutd maple maradona
marathon marauder marble marbles marc marcel marcello marcelo march marcia marcin marcius marco marcos
marcus margaret margarit margarita margie margot mari maria mariah mariam marian mariana marianna marianne
marie mariel marijuan marijuana marika marilyn marin marina marine mariner mariners marines marino mario
marion mariposa marisa marissa marius mariya marjorie mark marker market markie markiz markmark markus
marlboro marlene marley marlin marlon marquis marriage married mars marseill marseille marsha marshal
marshall martha marti martian martin martina martine martinez martini marty marvel marvin mary maryann
maryjane maryland masamune maserati mash mashka mason massage massimo massive maste master masterbate
masterbating mastermind masterp masters matador matchbox mathew matilda matisse matri matrix matt matteo
matthe matthew matthews matthias mattie matty mature maureen maurice maveric maverick max123 max333 maxdog
maxell maxi maxim maxima maxime maximka maximo maximum maximus maxine maxmax maxpower maxwell maxx maxxxx
mayday mayhem maynard mazafaka mazda mazdarx mcdonald mckenzie mclaren meadow meagan meat meatball meathead
meatloaf mechanic media medic medical medicine medina medion medusa medved mega megadeth megaman megan
megane megapass megatron meghan meier meister melani melanie melina melinda meliss melissa mellon mellow
melody melons melrose melvin member memorex memory memphis menace mendoza meng mental menthol mentor meow
meowmeow mephisto mercede mercedes mercer mercury meredith meridian merlin merlot mermaid mersedes messenger
messiah met2002 metal metall metallic metallica meteor method metoo metro metroid mets mexican mexico miami
mian miao michae michael michaela michaels michal micheal michel michele michell michelle michigan mick
mickey micro microlab micron microphone microsof microsoft middle midget midland midnight midnite midway
mierda mighty migue miguel mihail mikael mike mikemike mikey milan milana milano mildred milena miles
military milk milkman millenium miller millie million millions millwall milo milton mindy mine minecraft
minemine minerva ming mingus mini minime minimoni ministry minnesot minnie miracle mirage miranda miriam
mirror mischief misery misfit misfits misha mishka misiek missie mission mississi mississippi missouri missy
mister mistress misty mitch mitchell mittens mizuno mizzou mobile mobydick model models modelsne modena
modern mogwai mohamed mohammad mohammed mohawk mojo mollie molly mollydog moloko molson momdad mommy momoney
monaco monalisa monarch monday mondeo mone money moneyman moneys mongo mongoose monic monica monika monique
monitor monk monke monkey monkeybo monkeyboy monkeys monopoly monroe monster monsters montag montana monte
montecar monterey montgom montreal montrose monty moocow mookie moomoo moon moonbeam moondog mooney moonligh
moonlight moonman moonshin moore moose mooses mopar morales mordor more moreno morgan morgoth moritz morning
moron morpheus morris morrison morrowind mortal morten mortgage mortimer mortis morton moscow moses moskva
mother motherfucker motherlode mothers motion motley moto motocros motor motorola motown mountain mouse
mouser mouses mouth movie movies mozart mudvayne mufasa muffin muffy muhammad mulder mullet mulligan
multiplelo munch munchkin munich muppet murder murphy murray murzik musashi muscle muscles mushroom music
musica musical musicman muslim mustafa mustan mustang mustangs mustard mutant mybaby mydick mygirl mykids
mylife mylove myname mynameis mypass mypassword myporn myrtle myself myspace mystery mystic mytime myworld
myxworld nachos nadia nadine naked namaste nancy nang nanook napalm napass napoleon napoli napster narnia
naruto nascar nastia nasty nastya natali natalia natalie nataly natalya natasha natchez nate natedogg
nathalie nathan nation national native natural nature naughty nautica nautilus navajo navigator navy
navyseal nazgul nbvjatq ncc1701 ncc1701a ncc1701d ncc1701e ncc74656 ne1469 nebraska needles neil nellie
nelson nemesis nemrac neng neon neptune nestle nestor netscape network neutron nevada never nevermin
nevermind nevermore nevets neville newark newbie newcastl newcastle newlife newman newpass newport news
newton newyear newyork nextel nfnmzyf nfytxrf nguyen niang niao nice niceass niceguy nicetits nicholas
nichole nick nickel nicky nico nicol nicola nicolas nicole nigga nigger night nightmar nightmare nightowl
nights nightwin nightwish nike nikita nikitos nikki nikola nikolai nikolas nikolay nimbus nimitz nimrod nina
nine nineball nineinch niners ning ninja ninjas nintendo nipper nipple nipples nirvana nissan nitram nitro
nittany nobody noel noelle nofear nokia nokian noles nolimit nomad nomore noname none nonenone nong noodle
noodles nookie nopass nopassword norbert normal norman normandy norris north northern norton norway norwich
nosferatu nostromo notebook nothing notnow notredam notused nounours nova novell november noway nthvbyfnjh
ntktajy ntktdbpjh nuan nuclear nude nudes nudist nugget nuggets number nurses nursing nutmeg nuts nutter
nuttertools nwo4life nygiants nyjets nylons nymets nympho oakland oakley oaktree oasis oatmeal obelix oberon
obiwan oblivion obsidian ocean oceans ocelot october octopus odessa odyssey office officer offshore ohmygod
ohshit ohyeah oicu oilers oklahoma oksana older oldman oleg olemiss olenka olesya olga olive oliver olivia
olivier ollie olympia olympic olympus omar omega onelove onetime onetwo onion onions online onlyme onlyone
ontario open opendoor opennow openup operator ophelia optimist optimus option options opus oracle oral
orange oranges orchard orchid oregon oreo orgasm orgy orient original orioles orion orlando oscar osiris
oswald othello otis ottawa otto ou8122 ou8123 outback outkast outlaw outside outsider over overkill overlord
owen ownage oxford oxygen oyster ozzy p0015123 p0o9i8u p4ssw0rd pa55w0rd pa55word pablo pacers pacific
pacino pack packard packer packers pacman paco paddle padres page pain paint paintbal paintball painter
painting pajero pakistan palace paladin palermo pallmall palmer palmtree paloma pamela panama panasoni
panasonic pancake pancakes pancho panda pandas pandora pang panhead panic panter pantera panther panthers
panties pants pantyhos panzer paolo papamama paper paperino papers papillon papito paradigm paradise paradox
paragon paramedi paranoid paris park parker parkour parlament parol parola parrot partner party pasadena
pascal pass passat passes passion passmast passme passord passpass passport passw0rd passwd passwor password
passwords passwort pastor pasword patch patches pathetic pathfind patience patric patrice patrici patricia
patrick patrik patriot patriots patrol patton patty paul paula paulie paulin paulina pauline paulpaul pavel
pavement pavilion pavlov paxton payday payton pdtplf peabody peace peach peaches peachy peacock peanut
peanuts pearl pearljam pearls pearson peavey pebble pebbles pecker pedro peekaboo peeper peewee pegasus
peggy pelican pencil penelope penetration peng penguin penguins penis penny pentagon penthous pentium people
pepito peppe pepper peppers pepsi perfect perkins perry persian persik person persona personal pertinant
pervert pete peter peterbil peterpan peters peterson petra petrov petrova petunia peugeot peyton phantom
pharao pharmacy phat pheonix phialpha phil philip philippe philips phillies phillip phillips philly phish
phoebe phoeni phoenix phone photo photon photos phpbb phyllis physics pian piano pianoman piao piazza picard
picasso piccolo pickle pickles picks pickup pics picture pictures picturs pierce piercing pierre pigeon
piggy piglet pigpen pikachu pilgrim pillow pilot pimp pimpdadd pimpdaddy pimpin pimping pinball pineappl
pineapple pinetree ping pingpong pinhead pink pinkfloy pinkfloyd pinkie pinky pinnacle pinto pioneer
pipeline piper pippen pippin pippo piramida pirate pirates pisces pissing pissoff pistol pistons pitbull
pitch pitcher pitchers pixies pizdec pizza pizzahut pizzaman pizzas pjkjnj placebo placid planes planet
plasma plastic plastics platinum plato platon platypus play playa playball playboy player players playing
playmate playstat playstation playtime please pleasure ploppy plumber pluto plymouth pobeda pocket poetry
point pointer poison pokemo pokemon poker poland polaris police polina polish pollux polly polniypizdec polo
polopolo polska pompey poncho pong pontiac pony poochie poodle pooh poohbear pookey pookie pooky pool
poontang poop pooper poophead poopie poopoo pooppoop poopy pooter popcorn popeye popova popper poppy poptart
porkchop porn pornking porno pornos pornporn pornstar porsche portal porter portia portland portugal
poseidon positive possum post postal postman potato pothead potter powder powell power powerful powerman
powers praise prayer preacher precious predator prelude premier premium presario presiden president presley
pressure presto preston pretty pretzel pride priest prime primus prince princes princesa princess pringles
printer printing prissy private privet pro100 probes prodigy profit program progress project promise
property prophecy prophet prospect prosper protect protocol proton prototype proview prowler proxy prozac
psycho public puck puddin pudding puffin puffy pufunga pugsley pulsar pumper pumpkin pumpkins punch punisher
punk punker punkin punkrock puppet puppies puppy puppydog pupsik purdue purpl purple pushkin puss pussey
pussie pussies pussy pussycat pussyman pussys pusyy putter puzzle pyon pyramid python q11111 q12345 q123456
q1234567 q123456789 q1q2q q1q2q3q4q q1w2e q1w2e3r q1w2e3r4t q1w2e3r4t5y q2q3q q2q3q4q q2w3e q2w3e4r
q2w3e4r5t q2w3e4r5t6y qa2ws qa2ws3ed qawsed qawsedrf qaz123 qaz2ws qaz2wsx qaz2wsx3edc qazqaz qazws qazwsx
qazwsxed qazwsxedc qazwsxedcrfv qazxcv qazxsw qazxsw23edc qazxswedc qazzaq qiang qiao qing qiong qqq111 qqqq
qqqqq qqqwww qqwwee quake quality quan quantum quartz quasar quattro quebec queen queenie queens quentin
quest question quick quincy qw12qw qw23er qw34er qwas qwaszx qwe123 qwe123qwe qwe321 qweasd qweasdzx
qweasdzxc qwedsa qweqwe qwer qwerasdf qwerasdfzxcv qwert qwerty qwertyu qwertyui qwertyuio qwertyuiop
r2d2c3po rabbit rabbits rabota race racecar racer racerx rachael rachel rachelle racing radar radeon radical
radio radiohea radiohead raduga rafael rage ragnarok raider raiders railroad rain rainbow rainbows raining
rainman rainyday raistlin raleigh ralph rambler rambo ramirez ramjet rammstein ramona ramones rampage ramrod
ramses ramsey ranch rancid randall random randy rang range ranger rangers raphael rapper raptor raquel
rascal rasdzv rasmus rasputin rasta rastaman ratboy rated ratman raven ravens raymond razor razz rbhbkk
rctybz reader readers reading ready reagan real reality really realmadrid reaper reason rebecca rebel rebels
recall reckless record records recovery red123 redalert redbaron redbird redbone redbull redcar redd
reddevil reddog reddwarf redeye redfish redfox redhat redhead redheads redhot redlight redline redman
redneck redone redrose redrum reds redskin redskins redsox redstar redwine redwing redwings redwood reebok
reefer reeves referee reflex reggae reggie regina reginald register reilly reload reloaded remember remingto
remote renata renate renato renault rene renee renegade reng repair report reptile republic requiem rereirf
rescue research reserve resident respect restart retard retire retired revenge review revoluti revolution
revolver rewq reynolds rfgecnf rfhbyf rfhfvtkmrf rfhfylfi rfhnjirf rfnthbyf rfntymrf rfrfirf rfrnec
rfvfcenhf rhbcnbyf rhfcfdbwf rhfcjnrf rhiannon rhino rhinos rhjrjlbk rhonda rhtdtlrj rhubarb ricard ricardo
riccardo rice rich richar richard richards richie richmond rick ricky rico riddle ride rider riders ridge
riffraff right rightnow riley rimmer ring ringer ringo ripken ripley ripped ripper ripple rita river rivera
riverrat rivers riversid rjhjkm rjhjktdf rjirfrgbde rjntyjr rjycnfynby road roadkill roadking roadrunn
roadrunner roadster robbie rober robert roberta roberto roberts robin robins robinson robocop robot robotech
robotics rocco rochelle rock rocker rocket rockets rockford rockhard rockie rockies rockin rocknrol
rocknroll rockon rocks rockstar rockwell rocky rodeo rodman rodney rodrigo rodrigue roger rogers rogue
roland rolex roll roller rollin rolling rollins rolltide roma roman romance romano romans romantic romashka
romeo romero rommel ronald ronaldinho ronaldo rong ronnie roofer rookie rooney rooster root rootbeer rosario
roscoe rose rosebud rosemary roses rosewood rosie ross roswell rotten rough route rover rovers roxanne roxy
royal royals royalty rrpass rtyuehe ruan rubber rubble rubicon ruby rudeboy rudolf rudy rufus rugby rugger
rules rulez rulezzz rumble runaway runescape runner running rupert rush ruslan russel russell russia russian
rustam rusty rustydog ryan s123456 sabbath sabina sabine sable sabres sabrina sacred sadie safari safety
sahara saigon sailboat sailing sailor saint saints sairam saiyan sakura salamander salami salasana saleen
salem sales sally salman salmon salome salomon salope salsa salsero salvador salvatore sam123 samanth
samantha samara sambo samiam samira samm sammie sammy sammys samoht sampson samson samsun samsung samtron
samuel samurai sanchez sancho sand sander sanders sandie sandiego sandman sandr sandra sandrine sandro
sandwich sandy sanford sanfran sang sanity santa santafe santana santiago santos sapper sapphic sapphire
sara sarah saratoga sarita sascha sasha sashka saskia sassy sasuke satan satana satchmo satellite saturday
saturn saun sauron sausage sausages savage savanna savannah savior sawyer sayang scamper scania scanner
scarface scarlet scarlett schalke schatz scheisse schmidt school schumi science scissors scooby scoobydo
scoobydoo scooter score scorpio scorpion scotch scotland scott scottie scotty scout scouts scrabble scrapper
scrappy scratch scream screamer screen screw screwy screwyou script scruffy scuba scully seabee seadoo
seagull seahawks sealteam seamus sean searay search seaside season seattle sebastia sebastian sebring second
secret secrets secure security sedona seductive seeker seeking segblue seinfeld sekret select selena selina
seminole semper semperfi senator senators seneca seng senior senna sensei sentinel sentry sephiroth septembe
september serega serena serenity sergbest sergeant sergei sergey sergi sergio series serious serpent
sersolution server service services sesame seven sevens severin sex123 sex4me sexgod sexman sexo sexsex
sextoy sexual sexx sexxx sexxxx sexxxy sexxy sexy sexybabe sexybitch sexyboy sexygirl sexylady sexyman
sexyone sexysexy seymour sf49ers shado shadow shadows shady shag shaggy shai shakira shakur shalom shaman
shampoo shamrock shamus shan shane shaney shang shanghai shania shanna shannon shanti shao shaolin shark
sharks sharky sharon sharp sharpe shasta shauna shaved shawn shawna shazam shearer sheba sheeba sheena sheep
sheepdog shei sheila shelby sheldon shell shelley shelly shemale shen sheng shepherd sheridan sheriff
sherlock sherman sherri sherry sherwood shibby shiloh shiner shinobi shirley shit shitface shithead shitshit
shitty shock shocker shodan shoes shogun shojou shonuf shooter shopper shopping short shorty shot shotgun
shou shovel show shower showme showtime shrimp shuai shuang shui shun shuo shurik shuttle shutup sick
sickboy sidekick sidney siemens sierra sigma sigmachi signal silence silent silicon silly silver silverad
silvia simba simmons simon simona simone simons simple simpson simpsons sims sinatra sinbad sinclair
singapor singer single sinister sinned sinner siobhan sirius sissy sister sisters site sites sithlord sixers
sixpack sixty skate skateboard skater skeeter skibum skidoo skiing skilled skillet skinhead skinner skinny
skip skipper skippy skirt skittles skolko skorpion skydive skyhawk skylar skylark skyler skyline skywalke
skywalker slacker slamdunk slammer slapper slappy slapshot slash slater slave slavik slayer sleep sleeper
sleepy slick slider slim slimshad slimshady slinky slipknot slippery sliver slonik sloppy slowhand slugger
sluggo slut sluts slutty smackdow smackdown small smart smartass smashing smeghead smegma smelly smile
smiles smiley smirnoff smirnov smith smiths smitty smoke smoker smokes smokey smokie smokin smoking smooth
smoothie smother smudge smurf smut snake snakes snapon snapper snapple snappy snatch sneakers sneaky snicker
snickers sniffing sniper snooker snoop snoopdog snoopy snow snowball snowbird snowboar snowboard snowflak
snowman snuffy snuggles sobaka socce soccer socks socrates sofia softail softball softtail software
sojdlg123aljg solace solaris soldat soldier soleil solitude solnce solo solomon solution some someday
someone somerset somethin something sommer sonata song sonia sonic sonics sonny sonoma sonora sony
sonyericsson sonyfuck sonysony sooner sooners sophi sophia sophie soprano sopranos soso123aljg soul soulmate
sound source south southern southpar southpark southpaw sowhat space spaceman spam spanish spank spanker
spanking spankme spanks spanky spanner spark sparkle sparkles sparks sparky sparrow sparta spartak spartan
spartans spawn speaker speakers spears special specialk spectre spectrum speed speedo speedway speedy spence
spencer sperma sphinx spice spider spiderma spiderman spidey spiffy spike spiker spikes spikey spinner
spiral spirit spitfire splash spleen spliff splinter spock spoiled sponge spongebo spongebob spooge spook
spooky spoon spoons sport sporting sports sporty spot spotty spread spring springer springs sprint sprinter
sprite sprocket sprout spud spunky spurs sputnik spyder sqdwfe squall square squash squeak squeeze squirrel
squirt srinivas stacey stacie stacy stafford stalin stalker stallion stan standard standby stanford stang
stanislav stanley stanton staples star starbuck starcraf starcraft stardust starfire starfish stargate
starligh starman starr stars starship starstar start starter startrek starwar starwars stasik state static
station status stayout stealth steam steaua steel steele steeler steelers stefan stefanie stefano steffen
steffi stella stellar stepan steph stephan stephane stephani stephanie stephen stereo sterlin sterling
sterva steve steven stevens stevie stewart stick stickman sticks sticky stiffy stigmata stiletto stimpy
sting stinger stingray stinker stinky stitch stock stocking stocks stockton stolen stone stonecol stonecold
stoned stoner stones stonewal stoney stop storage store stories storm storms stormy straight strange
stranger strap stratfor stratus strawber strawberry stream streaming street streets strelok strength stress
stretch strider strife strike striker string strip stripper stroke stroker strong stryker stuart stubby stud
student studio studly studman stuff stumpy stunner stupid style styles stylus suan subaru sublime submit
suburban subway subzero success suck suckcock suckdick sucked sucker suckers sucking suckit suckme
suckmydick sucks suede sugar suicide sullivan sultan summe summer summers summit sundance sunday sundevil
sunfire sunflowe sunflower sunlight sunny sunnyday sunrise sunset sunshin sunshine super superb superfly
superior superma superman supernov supernova supersonic supersta superstar support supra supreme surf surfer
surfing surgery surprise surveyor survivor susan susana susanna susanne sushi suslik sutton suzanne suzuki
sveta svetik svetlana svoboda swallow sweden swedish sweeps sweet sweetheart sweetie sweetnes sweetness
sweetpea sweets sweety swimmer swimming swinger swingers swinging switch swoosh sword swordfis swordfish
swords sydney sylveste sylvia sylvie syncmaster synergy syracuse system systems syzygy tabasco tabatha
tabitha taco tacobell tacoma tadpole taekwondo taffy taichi taipan talbot talisman talk talks talon tamara
tamerlan tammy tampabay tang tango tank tanker tanner tantra tanya tara tarakan tardis target tarheel
tarheels tarpon tarzan tasha tasty tatarin tatiana tattoo tatyana taurus taxman taylo taylor tazman tazmania
tazz tbird tbone tdutybq tdutybz teacher team tech technics techno teddy teddybea teddybear teen teenage
teens teensex tekken telefon telephon telephone temp tempest templar temple temppass tenchi tender teng
tennesse tennis tequier tequila terefon teresa terminal terminat terminator termite terra terrapin terrell
terrier terror terry tessie test tester testing testpass testtest tetris tetsuo texas thailand thanatos
thanks thankyou theater theatre thebear thebeast thebest theboss thecat thecrow thecure thedog thedon
thedoors thedude theend theforce thegame thegreat their thekid theking thelma theman theodore theone there
theresa therock these thesims thewho thierry thing things think thirteen this thisisit thoma thomas thompson
thong thongs thor thrasher three threesom throat thuglife thumb thumbs thumper thunder thunderb thursday
thx1138 tiamat tian tiao tiberius tiburon ticket tickle tickler ticklish tiffany tiger tigercat tigers tigge
tigger tight tights timber time timeout times timmy timosha timothy tina ting tinker tinkerbe tinkerbell
tinman tintin tiny tipper titan titanic titanium titans titfuck titleist titman tits titten titties titts
titty tkbpfdtnf toast toaster tobias toby tobydog today todd toejam toffee together toilet tokiohotel toledo
tolkien tomahawk tomas tomato tomcat tommie tommy tommyboy tomorrow tomtom tong tongue tonight tony toocool
tool toolbox toolman toomuch toon toonarmy tootie tootsie topcat topdog topgun tophat topher topolino topper
toriamos torino tornado toronto torpedo torres tortoise toshiba tosser total totoro tottenha tottenham
touching tower towers town toyota trace tracer tracey track tracker tractor tracy trader traffic trailer
train trainer training trains traktor tralala trample trance tranny trans transam transfer transit
translator trapper trash trauma travel traveler travis treasure treble trebor tree treefrog trees treetop
trek trenton trevor trfnthbyf trial triangle tribal tribble tricia trick tricky trident trigger trigun
trinidad trinitro trinitron trinity trip triple tripleh triplex tripod tripper trisha tristan triton triumph
trixie trojan trojans troll trombone trooper tropical trouble trout troy truck trucker trucking trucks
trueblue truelove truman trumpet trunks trust trustme trustno truth tsunami tuan tucker tucson tuesday
tujhrf tulips tuna tunafish tundra tuning tupac turbo turbos turkey turner turnip turtle turtles tuscl
tuxedo tweety twelve twenty twiggy twilight twinkie twinkle twins twist twisted twister tycoon tyler typhoon
tyrone tyson ufkbyf ugd5hip2j ukraine ultima ultimate ultra ulysses umbrella umpire undead underdog
underground undertak undertaker unicorn union unique united universa universal universe university unknown
unlock unreal uptown upyours uranus ursula usa123 usarmy user username usmarine usmc usnavy usuckballz
utopia vacation vader vadim vagabond vagina valencia valentin valentina valentine valera valeri valeria
valerie valeriya valery valhalla valkyrie valley vampir vampire vampires vancouve vanessa vanguard vanhalen
vanilla vantage varvara vasilisa vaughn vauxhall vbkfirf vector vectra vedder vegas vegeta vegitta vegitto
vehpbr velocity velvet vendetta venera venice venom ventura venture venus vera verbatim verena veritas
verizon vermont vernon verona veronica veronika versace vertigo vette vfczyz vfhbyf vfhecz vfhufhbnf vfibyf
vfitymrf vfksirf vfndtq vfntvfnbrf vfrcbv vfrcbvrf vfvekz vfvfgfgf vfvjxrf vh5150 viagra vickie vicky victor
victori victoria victory video videos vides vienna vietnam viewsoni viewsonic viking vikings viktor viktoria
viktoriya villa village vincent vincenzo vinnie vintage violet violetta violin viper vipergts vipers virago
virgil virgin virginia virginie virtual virus visa vision visitor visual vitalik vitamin vivian vjcrdf
vjkjrj vjqgfhjkm vkontakte vlad vladik vladimir vladislav vodka volcano volcom volkov volkswag volley
volleyba volleyball volume volvo voodoo vortex voyager voyeur vqsablpzla vsegda vsjasnel vulcan waffle
wagner waiting waldo walker wallace wallet walleye wally walmart walnut walrus walter walton wanderer wang
wanker wanking wannabe wanrltw wanted wapbbs warcraft wareagle warez warhamme warhammer warlock warlord
warner warning warren warrior warriors warthog warwick wasabi washburn washingt washington wasser wassup
wasted watch watcher water waterboy waterfal waterloo waterman waters waterski watford watson wave wayne
wazzup wdtnjxtr wealth weare wearing weasel weather weaver webber webhompas webmaste webmaster webster
wedding weed weekend weezer weiner weird welcom welcome welder welkom weller wendy weng werder werdna
werewolf werner wesley west western westham weston westside westwood wetpussy wetter wg8e3wjf whales what
whatever whatsup whatthe whatup whatwhat wheeler wheels whiplash whiskers whiskey whisky whisper whistler
white whiteboy whiteout whitesox whitey whitney whocares whore whores whynot wibble wicked widget wifey
wilbur wild wildbill wildcard wildcat wildcats wilder wildfire wildman wildone wildwood will willard willem
willia william williams willie willis willow willy wilson wind windmill window windows windsor windsurf
winger wingman wingnut wings winner winners winnie winona winston winter wireless wisdom wiseguy wishbone
wives wizard wizards wolf wolfen wolfgang wolfie wolfman wolfpac wolfpack wolverin wolverine wolves womam
woman womans wombat women wonder wonderboy wonderfu wonderful wood woodie woodland woodman woodstoc woody
woofer woofwoof woohoo wookie word wordpass wordup work worker working workout world worm wormix worthy
wp2003wp wr2i7h wraith wrangler wrench wrestle wrestler wrestlin wrestling wright wrinkle writer wsx3edc
wutang wxcvbn wyoming x2zkg8w x7pxr xanadu xander xantia xavier xbox xerxes xfiles xian xiang xiao xing
xiong xtreme xuan xxx123 xxxpass xxxxxx xyz123 yamaha yamahar yamato yang yankee yankees yasmin ybrbnf
ybrjkfq yeah yeahbaby yellow yessir yfcntyf yfcntymrf yfnfif yfnfkb yfnfkmz ying yinyang yjdsqgfhjkm yoda
yogibear yolanda yomama yong yosemite youknow young yourmom yousuck youtube yoyoma yuan yugioh yummy yvette
yvonne yzerman z12345 z1x2c z1x2c3v z1x2c3v4b z2x3c z2x3c4v zach zachary zack zalupa zander zang zanzibar
zaphod zappa zapper zaq123 zaq12wsx zaq1xsw zaqwsx zaqwsxcde zaqxsw zaqxswcde zaraza zarina zasada zebra
zelda zeng zenith zephyr zeppelin zero zerocool zerozero zeus zhai zhang zhao zhei zheng zhjckfd zhong zhou
zhuai zhuang zhui zhun zhuo zidane ziggy zigzag zildjian zimmer zipper zippo zippy zodiac zoloto zombie zone
zong zoomzoom zorro zuan zulu zurich zvezda zxasqw zxc123 zxcasd zxcasdqwe zxcv zxcvb zxcvbn zxcvbnm zyjxrf
zzzxxx
`
    .trim()
    .split(/\s+/),
)
