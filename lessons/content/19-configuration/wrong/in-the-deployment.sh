# step: change
kubectl set env deployment/sign COLOUR=green
clock advance 20s
