# step: ship
kubectl create deployment database --image=redis
