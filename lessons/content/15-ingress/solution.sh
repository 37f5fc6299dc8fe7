# step: paper
cat > ingress.yaml <<'EOF'
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  number: 80
          - path: /cart
            pathType: Prefix
            backend:
              service:
                name: cart
                port:
                  number: 80
          - path: /api
            pathType: Prefix
            backend:
              service:
                name: api
                port:
                  number: 80
EOF
kubectl apply -f ingress.yaml
curl http://shop.example/

# step: controller
kubectl apply -f controller.yaml
clock advance 60s
curl http://shop.example/

# step: paths
curl http://shop.example/api/orders
curl http://shop.example/apis

# step: hosts
curl http://198.51.100.10/
cat > ingress.yaml <<'EOF'
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  number: 80
          - path: /cart
            pathType: Prefix
            backend:
              service:
                name: cart
                port:
                  number: 80
          - path: /api
            pathType: Prefix
            backend:
              service:
                name: api
                port:
                  number: 80
    - host: hello.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: api
                port:
                  number: 80
EOF
kubectl apply -f ingress.yaml
curl http://hello.example/

# step: backend
curl http://shop.example/cart
kubectl scale deployment cart --replicas=1
clock advance 10s
curl http://shop.example/cart
