#!/bin/sh
# How the clips beside this file were made, once, with ffmpeg 5.1: H.264, 24 fps, as MiniMax's are. Those of V1 have no sound.
# Gzip halves them: the tables of those of V2 are regular.
# Run it in an empty folder to make them again.
set -e

clip() { # width height resolution seconds orientation
  short=$(($1 < $2 ? $1 : $2)) long=$(($1 > $2 ? $1 : $2)) turn=null
  if [ "$1" -lt "$2" ]; then turn=transpose; fi
  ball=$((short / 10 * 2)) bar=$((short / 80 * 2)) title=$((short / 9)) subtitle=$((short / 16))
  gradient="gradients=s=${long}x$short:c0=0x0f2027:c1=0x2c5364:x0=0:y0=0:x1=$long:y1=$short:n=2:speed=0.00001:seed=7:d=1:r=1"
  circle="geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*clip($ball/2-hypot(X-$ball/2,Y-$ball/2),0,1)'"
  ffmpeg -y -v error -f lavfi -i "$gradient" -vf "$turn" -frames:v 1 background.png
  ffmpeg -y -v error -f lavfi -i "color=0xf4a259:s=${ball}x$ball:d=1,format=rgba,$circle" -frames:v 1 ball.png
  # The ball glides across once, and the bar at the bottom fills once: what is missing of a clip can be seen.
  ffmpeg -y -v error -loop 1 -r 24 -i background.png -loop 1 -r 24 -i ball.png \
    -f lavfi -i "color=0xf4a259:s=$1x$bar:r=24" -filter_complex "
    [0:v]drawtext=font='DejaVu Sans':text='MiniMax mock':fontsize=$title:fontcolor=white:x=(w-tw)/2:y=h/2-$title*1.2,
      drawtext=font='DejaVu Sans':text='$3  $4 s':fontsize=$subtitle:fontcolor=0xcfe8ef:x=(w-tw)/2:y=h/2+$subtitle*0.6[a];
    [a][1:v]overlay=x='(W-w)*(0.5-0.5*cos(PI*t/$4))':y='H*0.08+H*0.04*sin(4*PI*t/$4)'[b];
    [b][2:v]overlay=x='-W+W*(t+1/24)/$4':y='H-h'[c]" -map '[c]' -t "$4" -r 24 -an \
    -c:v libx264 -profile:v high -pix_fmt yuv420p -preset veryslow -tune animation -crf 30 -g 240 -bf 5 \
    -movflags +faststart -map_metadata -1 -fflags +bitexact -flags:v +bitexact "$3-$4s-$5.mp4"
  rm background.png ball.png
}

both() { # long short resolution seconds
  clip "$1" "$2" "$3" "$4" landscape
  clip "$2" "$1" "$3" "$4" portrait
}

# 720P, 768P (portrait too) and 1080P as measured on the service. Nobody has published 512P; its size is our choice.
both 912 512 512P 6
both 912 512 512P 10
both 1280 720 720P 6
both 1920 1080 1080P 6
for seconds in 6 10; do
  clip 1366 768 768P $seconds landscape
  clip 768 1364 768P $seconds portrait
done

# Of V2, one for each size and shape, with 362 frames, the most there are, and a stereo sound track of 32 kHz; video-clips.ts
# shortens them. Each must be small, as there are eighteen: a still picture of flat colours, and a bar that
# grows by whole macroblocks, so that a frame takes about 12 bytes. Searching less (subme, me, no-deblock) and another coder than
# is usual (cabac=0) are what make it so; all of a track in one piece (chunk_duration) spares the tables, and the filter drops
# x264's 600 bytes about itself.
h3() { # width height resolution shape
  short=$(($1 < $2 ? $1 : $2)) title=$((short / 16)) subtitle=$((short / 24)) seconds=15.0833
  ffmpeg -y -v error -f lavfi -i "color=0x14303a:s=$1x$2:r=24:d=$seconds" -f lavfi -i "color=0xf4a259:s=$1x16:r=24:d=$seconds" \
    -f lavfi -i "anullsrc=r=32000:cl=stereo:d=15.1" -filter_complex "
    [0:v]drawtext=font='DejaVu Sans':text='MiniMax mock':fontsize=$title:fontcolor=white:x=(w-tw)/2:y=h/2-$title*1.2,
      drawtext=font='DejaVu Sans':text='$3  $(echo "$4" | sed 's/x/\\:/')':fontsize=$subtitle:fontcolor=0xcfe8ef:x=(w-tw)/2:y=h/2+$subtitle*0.6[a];
    [a][1:v]overlay=x='-W+64*floor(W/64*(n+1)/362)':y='H-h'[b]" -map '[b]' -map 2:a -r 24 \
    -c:v libx264 -profile:v high -pix_fmt yuv420p -preset veryslow -qp 51 -g 400 -bf 0 \
    -x264-params "cabac=0:scenecut=0:ipratio=2:psy=0:no-deblock=1:subme=1:me=dia:trellis=2:mbtree=0:aq-mode=0:ref=1:8x8dct=1:zones=0,0,subme=10" \
    -bsf:v filter_units=remove_types=6 -c:a aac -b:a 16k -chunk_duration 20000000 \
    -movflags +faststart -map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact "H3-$3-$4.mp4"
}

turned() { # long short resolution shape turned
  h3 "$1" "$2" "$3" "$4"
  h3 "$2" "$1" "$3" "$5"
}

# 768P is what MiniMax-H3's weights make: 16:9 and 9:16 measured on the service, the rest from code that runs the weights. Sides
# are divisible by 32, the short one is 768, and there are at most 1344 x 768 pixels, for which 21:9 is less high. Nobody has
# published 480P and 2K; the same rules with short sides of 480 and 1440 are our choice.
turned 832 480 480P 16x9 9x16
turned 640 480 480P 4x3 3x4
h3 480 480 480P 1x1
h3 960 416 480P 21x9
turned 1344 768 768P 16x9 9x16
turned 1024 768 768P 4x3 3x4
h3 768 768 768P 1x1
h3 1536 672 768P 21x9
turned 2560 1440 2K 16x9 9x16
turned 1920 1440 2K 4x3 3x4
h3 1440 1440 2K 1x1
h3 2880 1280 2K 21x9

gzip -9n ./*.mp4
